use super::rows::Row;

pub fn warnings(_row: &Row) -> Vec<String> {
    Vec::new()
}
