//! SIP trunks and numbers that no API tells: addresses, and the numbers declared.

mod address_properties;
mod addresses;
mod declared_numbers;
