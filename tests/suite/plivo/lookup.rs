//! Whether Plivo holds a number, and its findings.

use futures_util::TryStreamExt;
use numport::provider::{HeldNumber, Ownership};
use numport::sandbox::Sandbox;
use numport::sandbox::plivo::PlivoNumber;
use numport::{E164, NumberProvider, Plivo};

fn numbers<const N: usize>(texts: [&str; N]) -> [E164; N] {
    texts.map(|text| text.parse().unwrap())
}

#[tokio::test]
async fn one_request_tells_who_holds_a_number() {
    let [own, sub, silent, hosted] = numbers(["+13125550101", "+13125550102", "+13125550103", "+13125550104"]);
    let held = [
        PlivoNumber::new(own),
        PlivoNumber::new(sub).in_subaccount().with_application(),
        PlivoNumber::new(silent).without_voice(),
        PlivoNumber::new(hosted).hosted(),
    ];
    let sandbox = Sandbox::builder().hold_plivo(held).start().await.unwrap();
    let plivo = Plivo::from_vars(|name| sandbox.var(name)).unwrap();
    let Ownership::Held(found) = plivo.lookup(&own).await.unwrap() else { panic!("it is held") };
    assert_eq!((found.id.as_deref(), found.voice, found.hosted), (Some("13125550101"), Some(true), false));
    assert_eq!(sandbox.requests().len(), 1);
    let Ownership::HeldBySubaccount(found) = plivo.lookup(&sub).await.unwrap() else { panic!("a subaccount has it") };
    assert_eq!(found.account.as_deref(), Some(sandbox.plivo().subaccount().0));
    assert!(plivo.routing().unwrap().snapshot(&sub).await.unwrap().is_none());
    let Ownership::Held(found) = plivo.lookup(&silent).await.unwrap() else { panic!("it is held") };
    assert_eq!(found.voice, Some(false));
    let Ownership::Held(found) = plivo.lookup(&hosted).await.unwrap() else { panic!("it is held") };
    assert!(found.hosted);
    let other = "+13125550199".parse().unwrap();
    assert!(matches!(plivo.lookup(&other).await.unwrap(), Ownership::NotHeld));

    let list: Vec<HeldNumber> = plivo.list().try_collect().await.unwrap();
    assert_eq!(list.iter().map(|held| held.number).collect::<Vec<_>>(), [own, silent, hosted]);

    // The subaccount itself holds it.
    let (id, token) = sandbox.plivo().subaccount();
    let base = sandbox.var("PLIVO_BASE_URL").unwrap();
    let plivo = Plivo::builder(id, token).base_url(base).build().unwrap();
    assert!(matches!(plivo.lookup(&sub).await.unwrap(), Ownership::Held(_)));
    assert!(matches!(plivo.lookup(&own).await.unwrap(), Ownership::NotHeld));
    assert_eq!(plivo.list().try_collect::<Vec<_>>().await.unwrap().len(), 1);
}
