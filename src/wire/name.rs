//! Names of fields on the wire, made from their names in Rust while the crate is compiled.

/// The length of a name in camel case.
pub(crate) const fn camel_length(snake: &str) -> usize {
    let bytes = snake.as_bytes();
    let (mut at, mut length) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b'_' {
            length += 1;
        }
        at += 1;
    }
    length
}

/// `phone_number` in camel case: `phoneNumber`.
pub(crate) const fn camel<const LENGTH: usize>(snake: &str) -> [u8; LENGTH] {
    let bytes = snake.as_bytes();
    let mut name = [0; LENGTH];
    let (mut at, mut length) = (0, 0);
    while at < bytes.len() {
        if bytes[at] != b'_' {
            let capital = at > 0 && bytes[at - 1] == b'_';
            name[length] = if capital { bytes[at].to_ascii_uppercase() } else { bytes[at] };
            length += 1;
        }
        at += 1;
    }
    name
}

/// The text of a name, which is always UTF-8.
pub(crate) const fn text(name: &'static [u8]) -> &'static str {
    match std::str::from_utf8(name) {
        Ok(text) => text,
        Err(_) => "",
    }
}

/// The name of a field on the wire: the one that it states itself, or its name in Rust in the case of its object.
macro_rules! name {
    ($case:ident, $field:ident, $stated:literal) => {
        $stated
    };
    (snake_case, $field:ident) => {
        stringify!($field)
    };
    (camel_case, $field:ident) => {{
        const SNAKE: &str = stringify!($field);
        const CAMEL: [u8; $crate::wire::name::camel_length(SNAKE)] = $crate::wire::name::camel(SNAKE);
        const NAME: &str = $crate::wire::name::text(&CAMEL);
        NAME
    }};
}

pub(crate) use name;

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_takes_the_case_of_its_object() {
        assert_eq!(name!(camel_case, number_e164_check_enabled), "numberE164CheckEnabled");
        assert_eq!(name!(camel_case, id), "id");
        assert_eq!(name!(snake_case, phone_number), "phone_number");
        assert_eq!(name!(camel_case, kind, "type"), "type");
    }
}
