//! SIP trunks and numbers that no API lists: addresses and declared numbers.

mod address_properties;
mod addresses;
mod declared_numbers;
