#![allow(missing_docs)]
fn main() {
    println!("{:?} {:?}", phonenumber::Mode::E164, rlibphonenumber::PHONE_NUMBER_UTIL.parse("+14155552671").is_ok());
}
