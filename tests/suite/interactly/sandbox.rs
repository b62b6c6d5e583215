//! Interactly in the sandbox.

use numport::Interactly;
use numport::sandbox::Sandbox;

#[tokio::test]
async fn the_list_can_be_filtered_by_label() {
    let sandbox = Sandbox::start().await.unwrap();
    let interactly = Interactly::from_vars(|name| sandbox.var(name)).unwrap();
    for (held, label) in sandbox.twilio().held_numbers().into_iter().zip(["a b", "c"]) {
        let import = numport::platform::interactly::ImportNumber::new(held).label(label);
        interactly.import_number(&import).await.unwrap();
    }
    assert_eq!(interactly.list_numbers(Some("a b")).await.unwrap().len(), 1);
    assert_eq!(interactly.list_numbers(None).await.unwrap().len(), 2);
}
