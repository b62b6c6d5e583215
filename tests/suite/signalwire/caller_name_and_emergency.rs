//! SignalWire's other calls, through the sandbox.

use numport::platform::signalwire::{ImportNumber, ImportType};
use numport::sandbox::Sandbox;
use numport::{Error, SignalWire};

#[tokio::test]
async fn a_caller_name_and_an_emergency_address_are_set_and_removed() {
    let sandbox = Sandbox::start().await.unwrap();
    let client = SignalWire::from_vars(|name| sandbox.var(name)).unwrap();
    let import = ImportNumber::new("+14155552671".parse().unwrap(), ImportType::Longcode);
    let id = client.import_number(&import).await.unwrap().id;

    assert!(client.get_cnam(&id).await.unwrap_err().is_not_found());
    let asked = client.request_cnam(&id, "Front desk").await.unwrap();
    assert_eq!(asked.name.as_deref(), Some("FRONT DESK"));
    assert_eq!(client.get_cnam(&id).await.unwrap().id, asked.id);
    let error = client.request_cnam(&id, &"x".repeat(16)).await.unwrap_err();
    assert!(error.to_string().contains("`name` has 16 characters"), "{error}");
    client.clear_cnam(&id).await.unwrap();
    assert!(client.clear_cnam(&id).await.is_err());

    let address = "00000000-0000-4000-8000-0000000000e9";
    let number = client.assign_e911_address(&id, address).await.unwrap();
    assert_eq!(number.e911_address_id.as_deref(), Some(address));
    assert!(matches!(client.assign_e911_address(&id, "home").await.unwrap_err(), Error::Invalid(_)));
    client.remove_e911_address(&id).await.unwrap();
}
