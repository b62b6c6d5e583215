//! Rules for texts that several objects share.

use crate::E164;
use crate::model::{ProblemCode, Problems};

/// The maximum length of the name of a number or credential, in characters.
pub const NAME_MAX: usize = 40;
/// The minimum and maximum length of a number that is dialled, in characters.
pub const NUMBER_LENGTH: (usize, usize) = (3, 40);

/// The languages of the texts of a message, sorted.
pub(crate) const LANGUAGES: [&str; 185] = [
    "aa", "ab", "ae", "af", "ak", "am", "an", "ar", "as", "av", "ay", "az", "ba", "be", "bg", "bh", "bi", "bm", "bn",
    "bo", "br", "bs", "ca", "ce", "ch", "co", "cr", "cs", "cu", "cv", "cy", "da", "de", "dv", "dz", "ee", "el", "en",
    "eo", "es", "et", "eu", "fa", "ff", "fi", "fj", "fo", "fr", "fy", "ga", "gd", "gl", "gn", "gu", "gv", "ha", "he",
    "hi", "ho", "hr", "ht", "hu", "hy", "hz", "ia", "id", "ie", "ig", "ii", "ik", "io", "is", "it", "iu", "ja", "jv",
    "ka", "kg", "ki", "kj", "kk", "kl", "km", "kn", "ko", "kr", "ks", "ku", "kv", "kw", "ky", "la", "lb", "lg", "li",
    "ln", "lo", "lt", "lu", "lv", "mg", "mh", "mi", "mk", "ml", "mn", "mr", "ms", "mt", "my", "na", "nb", "nd", "ne",
    "ng", "nl", "nn", "no", "nr", "nv", "ny", "oc", "oj", "om", "or", "os", "pa", "pi", "pl", "ps", "pt", "qu", "rm",
    "rn", "ro", "ru", "rw", "sa", "sc", "sd", "se", "sg", "si", "sk", "sl", "sm", "sn", "so", "sq", "sr", "ss", "st",
    "su", "sv", "sw", "ta", "te", "tg", "th", "ti", "tk", "tl", "tn", "to", "tr", "ts", "tt", "tw", "ty", "ug", "uk",
    "ur", "uz", "ve", "vi", "vo", "wa", "wo", "xh", "yi", "yo", "yue", "za", "zh", "zu",
];

/// Checks a number that is dialled or called: E.164, or if the check is off letters and digits after an
/// optional `+`. 3 to 40 characters in both cases.
pub(crate) fn check_dialled(field: &str, number: &str, e164_check: Option<bool>, problems: &mut Problems) {
    problems.length(field, number, NUMBER_LENGTH.0, NUMBER_LENGTH.1);
    if e164_check == Some(false) {
        let rest = number.strip_prefix('+').unwrap_or(number);
        if rest.is_empty() || !rest.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            problems.add(
                ProblemCode::Malformed,
                field,
                "has characters other than letters and digits after an optional `+`",
                "remove the other characters",
            );
        }
    } else if let Err(error) = number.parse::<E164>() {
        problems.add(
            ProblemCode::Malformed,
            field,
            error.clause().to_string(),
            "correct the number, or set `numberE164CheckEnabled` to false",
        );
    }
}
