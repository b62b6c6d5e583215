//! Turns the content of a cell into a request.

use numport::e164::E164Error;
use numport::{E164, ImportRequest};

use super::{At, Fault};

/// The columns of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Number,
    Label,
    Agent,
    Inbound,
    Outbound,
    TollFree,
}

impl Column {
    pub const ALL: [Self; 6] = [Self::Number, Self::Label, Self::Agent, Self::Inbound, Self::Outbound, Self::TollFree];

    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Number => "number",
            Self::Label => "label",
            Self::Agent => "agent",
            Self::Inbound => "inbound",
            Self::Outbound => "outbound",
            Self::TollFree => "toll_free",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|column| column.as_str() == name)
    }

    pub fn names() -> String {
        Self::ALL.map(Self::as_str).join(", ")
    }
}

/// A cell, and the byte at which it begins.
pub struct Cell<'a> {
    pub column: Column,
    pub offset: usize,
    pub value: Value<'a>,
}

/// The content of a cell.
pub enum Value<'a> {
    Text(&'a str),
    Switch(bool),
    NotUtf8,
    /// Another TOML type, such as `integer`.
    Other(&'static str),
}

/// A row, as far as it can be read.
#[derive(Default)]
pub struct Draft {
    number: Option<E164>,
    label: Option<String>,
    agent: Option<String>,
    inbound: Option<bool>,
    outbound: Option<bool>,
    toll_free: Option<bool>,
    /// The content of the cell with the number.
    pub text: Option<String>,
    pub faults: Vec<Fault>,
}

impl Draft {
    pub fn take(&mut self, cell: &Cell<'_>, at: At) {
        let column = cell.column;
        let taken = match column {
            Column::Number => text(cell).and_then(|text| {
                self.text = Some(shortened(text));
                number(text).map(|number| self.number = Some(number))
            }),
            Column::Label => text(cell).map(|text| self.label = said(text)),
            Column::Agent => text(cell).map(|text| self.agent = said(text)),
            Column::Inbound => switch(cell).map(|on| self.inbound = on),
            Column::Outbound => switch(cell).map(|on| self.outbound = on),
            Column::TollFree => switch(cell).map(|on| self.toll_free = on),
        };
        if let Err((fault, remedy)) = taken {
            self.faults.push(Fault::new(at, column, fault, remedy));
        }
    }

    /// The request of the row, if it has a number.
    pub fn request(&mut self, at: At) -> Option<ImportRequest> {
        let Some(number) = self.number else {
            if self.faults.iter().all(|fault| fault.column != Some(Column::Number)) {
                self.faults.push(Fault::new(at, Column::Number, "is missing", "give each row a number"));
            }
            return None;
        };
        let request = ImportRequest::new(number);
        let request = self.label.iter().fold(request, ImportRequest::label);
        let request = self.agent.iter().fold(request, |request, agent| request.agent(agent.as_str()));
        let request = self.inbound.into_iter().fold(request, ImportRequest::inbound);
        let request = self.outbound.into_iter().fold(request, ImportRequest::outbound);
        Some(self.toll_free.into_iter().fold(request, ImportRequest::toll_free))
    }
}

/// A problem and its remedy.
type Wrong = (String, &'static str);

/// An empty cell sets nothing.
fn said(text: &str) -> Option<String> {
    (!text.is_empty()).then(|| text.to_owned())
}

fn text<'a>(cell: &Cell<'a>) -> Result<&'a str, Wrong> {
    match cell.value {
        Value::Text(text) => Ok(text),
        Value::Switch(_) => Err(("is true or false".to_owned(), "give a text in quotes")),
        Value::NotUtf8 => Err(("is not UTF-8".to_owned(), "save the file as UTF-8")),
        Value::Other(kind) => Err((format!("is of the type {kind}"), "give a text in quotes")),
    }
}

fn switch(cell: &Cell<'_>) -> Result<Option<bool>, Wrong> {
    let remedy = "give true or false, yes or no, on or off";
    if let Value::Switch(on) = cell.value {
        return Ok(Some(on));
    }
    match text(cell).map_err(|(fault, _)| (fault, remedy))?.to_ascii_lowercase().as_str() {
        "" => Ok(None),
        "true" | "yes" | "on" => Ok(Some(true)),
        "false" | "no" | "off" => Ok(Some(false)),
        other => Err((format!("is {:?}", shortened(other)), remedy)),
    }
}

fn number(text: &str) -> Result<E164, Wrong> {
    if text.is_empty() {
        return Err(("is empty".to_owned(), "give each row a number"));
    }
    text.parse().map_err(|error| {
        let (fault, remedy) = match error {
            E164Error::MissingPlus => {
                ("does not begin with `+`".to_owned(), "write it in international form, such as +14155552671")
            }
            E164Error::LeadingZero => ("begins with 0 after the `+`".to_owned(), "begin with a calling code, 1 to 9"),
            E164Error::InvalidCharacter { at, found } => {
                (format!("has {found:?} at position {at}"), "write only digits after the `+`")
            }
            E164Error::TooShort => ("has fewer than 2 digits".to_owned(), "write the whole number"),
            E164Error::TooLong { digits } => (format!("has {digits} digits"), "a number has at most 15"),
            _ => ("is not an E.164 number".to_owned(), "correct the number"),
        };
        (format!("{:?} {fault}", shortened(text)), remedy)
    })
}

/// A cell may contain a very long text by mistake.
fn shortened(text: &str) -> String {
    const MOST: usize = 40;
    match text.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}
