//! The traits as objects: boxed, shared, and in spawned tasks.

use std::sync::Arc;

use crate::support::CreateNow;
use futures_util::TryStreamExt;
use numport::model::{ProviderKind, Reach};
use numport::provider::Ownership;
use numport::sandbox::Sandbox;
use numport::{
    Byo, E164, Error, ImportRequest, Importer, Interactly, NumberProvider, NumberUpdate, Removal, SignalWire, SipTrunk,
    Twilio, Vapi, VoicePlatform,
};

fn number() -> E164 {
    "+14155552671".parse().unwrap()
}

#[tokio::test]
async fn a_platform_works_in_a_spawned_task_in_any_wrapping() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let twilio: Arc<dyn NumberProvider> = Arc::new(Twilio::from_vars(vars).unwrap());
    let vapi = Vapi::from_vars(vars).unwrap();
    let platforms: Vec<Box<dyn VoicePlatform>> = vec![
        Box::new(vapi.clone()),
        Box::new(Arc::new(vapi) as Arc<dyn VoicePlatform>),
        Box::new(Box::new(Interactly::from_vars(vars).unwrap()) as Box<dyn VoicePlatform>),
    ];
    for platform in platforms {
        let importer = Importer::new(twilio.clone(), platform);
        let task = tokio::spawn(async move {
            let record = importer.import(ImportRequest::new(number()).agent("a1")).await?.record;
            let platform = importer.platform();
            let updated = platform.update(&record.id, &NumberUpdate::new().clear_agent()).await?;
            assert_eq!(updated.agent, None);
            assert_eq!(platform.get(&record.id).await?.id, record.id);
            let listed: Vec<_> = platform.list().try_collect().await?;
            assert_eq!(listed.len(), 1);
            platform.find(&number()).await
        });
        assert!(task.await.unwrap().unwrap().is_some());
    }
}

#[tokio::test]
async fn a_missing_record_is_not_found_on_every_platform() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let vapi = Vapi::from_vars(vars).unwrap();
    let interactly = Interactly::from_vars(vars).unwrap();
    let platforms: [&dyn VoicePlatform; 2] = [&vapi, &interactly];
    let id = "nobody".into();
    for platform in platforms {
        let missing = platform.get(&id).await.unwrap_err();
        assert!(matches!(missing, numport::Error::NotFound(_)) && missing.is_not_found(), "{missing:?}");
        let missing = platform.update(&id, &NumberUpdate::new().agent("a")).await.unwrap_err();
        assert_eq!(missing.to_string(), format!("{}: there is no record with the id nobody", platform.kind()));
        assert!(platform.find(&number()).await.unwrap().is_none());
    }
    assert!(matches!(vapi.remove(&id, Removal::Record).await.unwrap_err(), numport::Error::NotFound(_)));
}

#[tokio::test]
async fn a_removed_record_is_gone_and_the_carrier_keeps_the_number() {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let (twilio, vapi) = (Twilio::from_vars(vars).unwrap(), Vapi::from_vars(vars).unwrap());
    let record = vapi.create_now(&twilio.source(), &ImportRequest::new(number())).await.unwrap();
    vapi.remove(&record.id, Removal::Record).await.unwrap();
    assert!(vapi.find(&number()).await.unwrap().is_none());
    assert!(matches!(twilio.lookup(&number()).await.unwrap(), Ownership::Held(_)));
}

#[tokio::test]
async fn trunks_and_stored_credentials_list_no_numbers() {
    let providers: [Box<dyn NumberProvider>; 2] =
        [Box::new(SipTrunk::new("sip.example.com")), Box::new(Byo::stored_default(ProviderKind::TWILIO))];
    for provider in providers {
        assert!(matches!(provider.lookup(&number()).await.unwrap(), Ownership::NotVerifiable));
        let error = provider.list().try_next().await.unwrap_err();
        assert!(matches!(&error, Error::Invalid(invalid) if invalid.problems[0].field == "numbers"), "{error}");
        let reach = provider.source().reach;
        match provider.kind() {
            ProviderKind::SIP_TRUNK => assert!(matches!(reach, Reach::Trunk(_))),
            _ => assert_eq!((provider.kind(), reach), (ProviderKind::BYO, Reach::Stored(None))),
        }
    }
}

#[tokio::test]
async fn a_removal_with_a_lost_response_succeeds_if_the_record_is_gone() {
    use wiremock::matchers::method;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    let server = MockServer::start().await;
    let once = |status| Mock::given(method("DELETE")).respond_with(ResponseTemplate::new(status)).up_to_n_times(1);
    let (uri, retry) = (server.uri(), crate::support::at_once());
    let platforms: [Box<dyn VoicePlatform>; 2] = [
        Box::new(Vapi::builder("key").base_url(&uri).retry(retry).build().unwrap()),
        Box::new(
            SignalWire::builder(crate::signalwire::endpoints::PROJECT, "key", "space")
                .base_url(&uri)
                .retry(retry)
                .build()
                .unwrap(),
        ),
    ];
    for platform in platforms {
        let id = "n1".into();
        let remove = || platform.remove(&id, Removal::RecordAndNumber);
        once(502).mount(&server).await;
        once(404).mount(&server).await;
        remove().await.unwrap();
        once(404).mount(&server).await;
        assert!(remove().await.unwrap_err().is_not_found(), "{platform:?}");
    }
}
