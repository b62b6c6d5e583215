/// Returns whether this process runs with the mutant of this number, which `NUMPORT_MUTANT` names. Appends each number
/// that it is asked for to the file `NUMPORT_MUTANT_TRACE`, once.
#[doc(hidden)]
pub fn mutant(number: usize) -> bool {
    use std::sync::OnceLock;
    use std::sync::atomic::{AtomicBool, Ordering};
    static SELECTED: OnceLock<(Option<usize>, Option<std::path::PathBuf>)> = OnceLock::new();
    static REACHED: [AtomicBool; 8192] = [const { AtomicBool::new(false) }; 8192];
    let (selected, trace) = SELECTED.get_or_init(|| {
        let selected = std::env::var("NUMPORT_MUTANT").ok().map(|number| number.parse().expect("a mutant's number"));
        (selected, std::env::var_os("NUMPORT_MUTANT_TRACE").map(Into::into))
    });
    if let Some(path) = trace {
        if !REACHED[number].swap(true, Ordering::Relaxed) {
            // A test may take the files of a process away.
            if let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path) {
                let _ = std::io::Write::write_all(&mut file, format!("{number}\n").as_bytes());
            }
        }
    }
    *selected == Some(number)
}
