//! A trunk that is described once, and fitted to every platform.

use std::sync::Arc;

use numport::model::{MediaEncryption, NumberSource, SipTransport};
use numport::platform::{LeftOut, Sources, TrunkPart};
use numport::sandbox::Sandbox;
use numport::{Error, ImportRequest, SipTrunk, VoicePlatform};
use serde_json::json;

use crate::services::PLATFORMS;
use crate::services::subject::{Pace, Platform};

/// Longer than the maximum length of any platform.
fn long_name() -> String {
    format!("Head office{}", "!".repeat(300))
}

/// A trunk with every setting.
fn full() -> SipTrunk {
    SipTrunk::new("sips:trunk.example.com:5061")
        .credentials("user", "planted-password")
        .allow_inbound("203.0.113.8/30")
        .allow_inbound("203.0.0.0/20")
        .allow_inbound("2001:db8::/48")
        .media_encryption(MediaEncryption::Required)
        .leading_plus(true)
        .name("Head office")
}

async fn client(platform: &Platform) -> (Sandbox, Arc<dyn VoicePlatform>) {
    let sandbox = Sandbox::start().await.unwrap();
    let client = (platform.connect)(&|name| sandbox.var(name), Pace::at_once());
    (sandbox, client)
}

/// The problems of the trunk that the platform's check of an import reports.
fn problems(platform: &dyn VoicePlatform, trunk: &SipTrunk) -> Vec<numport::model::Problem> {
    let source = NumberSource::from(trunk.clone());
    match platform.create(&source, &ImportRequest::new("+14155552671".parse().unwrap())) {
        Ok(_) => Vec::new(),
        Err(Error::Invalid(invalid)) => {
            invalid.problems.into_iter().filter(|problem| problem.field.starts_with("source")).collect()
        }
        Err(other) => panic!("{other}"),
    }
}

fn named(left: &LeftOut) -> String {
    let value = left.value.iter().map(|value| format!(" {}", value.trim_end_matches('!')));
    format!("{}{}", left.part.as_str(), value.collect::<String>())
}

#[tokio::test]
async fn a_full_trunk_is_fitted_to_each_platform() {
    for platform in PLATFORMS {
        let (sandbox, client) = client(platform).await;
        let trunk = full().name(long_name());
        match (trunk.fitting(&client), platform.fitting) {
            (Ok(fitted), Ok(expected)) => {
                let mut left_out: Vec<_> = fitted.left_out.iter().map(named).collect();
                let mut expected = expected.to_vec();
                left_out.sort();
                expected.sort_unstable();
                assert_eq!(left_out, expected, "{platform:?}");
                assert_eq!(problems(&client, &fitted.trunk), [], "{platform:?}");
                let shown = format!("{fitted:?} {}", serde_json::to_value(&fitted.left_out).unwrap());
                assert!(!shown.contains("planted-password"), "{shown}");
            }
            (Err(Error::Invalid(invalid)), Err(field)) => assert_eq!(invalid.problems[0].field, field),
            (found, _) => panic!("{platform:?}: {found:?}"),
        }
        assert_eq!(sandbox.requests(), [], "nothing is sent");
    }
}

/// Every trunk with these settings.
fn trunks() -> Vec<SipTrunk> {
    let hosts = ["trunk.example.com", "203.0.113.10", "[2001:db8::1]"].map(SipTrunk::new).to_vec();
    let each = |trunks: Vec<SipTrunk>, change: &dyn Fn(SipTrunk) -> Vec<SipTrunk>| {
        trunks.into_iter().flat_map(change).collect::<Vec<_>>()
    };
    let either = |change: fn(SipTrunk) -> SipTrunk| move |trunk: SipTrunk| vec![trunk.clone(), change(trunk)];
    let trunks = each(hosts, &either(|trunk| trunk.port(5070)));
    let trunks = each(trunks, &either(|trunk| trunk.credentials("user", "password")));
    let trunks = each(trunks, &either(SipTrunk::outbound_only));
    let trunks = each(trunks, &either(|trunk| trunk.leading_plus(true)));
    let trunks = each(trunks, &either(|trunk| trunk.name(long_name())));
    let trunks = each(trunks, &either(|trunk| trunk.allow_inbound([203, 0, 113, 10])));
    let trunks = each(trunks, &either(|trunk| trunk.allow_inbound("2001:db8::/48")));
    let trunks = each(trunks, &|trunk: SipTrunk| {
        let transports = [SipTransport::Udp, SipTransport::Tls].map(|transport| trunk.clone().transport(transport));
        transports.into_iter().chain([trunk.clone()]).collect()
    });
    each(trunks, &|trunk: SipTrunk| {
        let media = MediaEncryption::ALL.iter().map(|media| trunk.clone().media_encryption(*media));
        media.chain([trunk.clone()]).collect()
    })
}

/// The settings in which two trunks differ.
fn differences(one: &SipTrunk, other: &SipTrunk) -> Vec<TrunkPart> {
    let mut parts = vec![
        (TrunkPart::Host, one.host() != other.host()),
        (TrunkPart::Port, one.port != other.port),
        (TrunkPart::Transport, one.transport != other.transport),
        (TrunkPart::Credentials, one.credentials != other.credentials),
        (TrunkPart::OutboundOnly, one.outbound_only != other.outbound_only),
        (TrunkPart::MediaEncryption, one.media_encryption != other.media_encryption),
        (TrunkPart::LeadingPlus, one.leading_plus != other.leading_plus),
        (TrunkPart::Name, one.name != other.name),
    ];
    let gone = one.allowed_inbound.iter().filter(|address| !other.allowed_inbound.contains(address));
    parts.extend(gone.map(|_| (TrunkPart::AllowInbound, true)));
    parts.into_iter().filter_map(|(part, differs)| differs.then_some(part)).collect()
}

#[tokio::test]
async fn a_fitted_trunk_is_accepted_and_lacks_what_the_report_says() {
    for platform in PLATFORMS {
        let (_sandbox, client) = client(platform).await;
        let bare_number = client.capabilities().sources == Sources::Any;
        let (mut accepted, mut changed) = (0, 0);
        for trunk in trunks() {
            let refused = problems(&client, &trunk);
            let Ok(fitted) = trunk.fitting(&client) else {
                assert_ne!(refused, [], "{platform:?}: {trunk:?}");
                continue;
            };
            assert_eq!(problems(&client, &fitted.trunk), [], "{platform:?}: {trunk:?}");
            let mut reported: Vec<_> = fitted.left_out.iter().map(|left| left.part.as_str()).collect();
            if bare_number {
                reported.retain(|part| *part != "host");
            } else {
                assert_eq!(refused.is_empty(), reported.is_empty(), "{platform:?}: {trunk:?}: {refused:?}");
            }
            let mut gone: Vec<_> = differences(&trunk, &fitted.trunk).into_iter().map(TrunkPart::as_str).collect();
            reported.sort_unstable();
            gone.sort_unstable();
            assert_eq!(gone, reported, "{platform:?}: {trunk:?}");
            assert_ne!(
                (trunk.media_encryption, fitted.trunk.media_encryption, bare_number),
                (Some(MediaEncryption::Required), None, false),
                "{platform:?}: {trunk:?}"
            );
            accepted += 1;
            changed += usize::from(!gone.is_empty());
        }
        assert_eq!(platform.fitting.is_ok(), accepted > 100 && changed > 100, "{platform:?}: {accepted}, {changed}");
    }
}

#[tokio::test]
async fn an_import_that_is_refused_names_the_call_that_fits_the_trunk() {
    for platform in PLATFORMS {
        let (sandbox, client) = client(platform).await;
        for problem in problems(&client, &full().name(long_name())) {
            let is_a_part = problem.field != "source";
            assert_eq!(problem.remedy.contains("`SipTrunk::fitting`"), is_a_part, "{platform:?}: {problem}");
        }
        // An invalid value is refused rather than left out.
        for (wrong, field) in [
            (full().port(0), "source.port"),
            (full().credentials("", "password"), "source.credentials.user"),
            (full().name("").allow_inbound("example.com"), "source.allow_inbound"),
        ] {
            let problems = problems(&client, &wrong);
            let problem = problems.iter().find(|problem| problem.field == field).unwrap();
            assert!(!problem.remedy.contains("fitting"), "{platform:?}: {problem}");
            assert!(matches!(wrong.fitting(&client), Err(Error::Invalid(_))), "{platform:?}: {wrong:?}");
        }
        assert_eq!(sandbox.requests(), []);
    }
}

#[cfg(feature = "vapi")]
#[tokio::test]
async fn a_setting_that_cannot_be_left_out_is_a_problem_with_its_cause() {
    let vapi = numport::Vapi::builder("key").build().unwrap();
    let faults = |trunk: SipTrunk| {
        let error = trunk.fitting(&vapi).unwrap_err();
        let Error::Invalid(invalid) = &error else { panic!("{error}") };
        assert!(error.to_string().starts_with("vapi: the trunk cannot be fitted: "), "{error}");
        let told = invalid.problems.iter().map(|problem| format!("{} {}", problem.code.as_str(), problem.field));
        assert!(!error.to_string().contains("SipTrunk::fitting"), "{error}");
        told.collect::<Vec<_>>()
    };
    let ipv6_only = SipTrunk::new("trunk.example.com").allow_inbound("2001:db8::/48");
    assert_eq!(faults(ipv6_only), ["missing source.allow_inbound", "unsupported source.allow_inbound"]);
    let not_encrypted = SipTrunk::new("203.0.113.10").media_encryption(MediaEncryption::Required);
    assert_eq!(faults(not_encrypted), ["conflict source.media_encryption"]);
    assert_eq!(faults(SipTrunk::new("[2001:db8::1]").outbound_only()), ["unsupported source.host"]);
}

#[cfg(feature = "butter")]
#[tokio::test]
async fn left_out_settings_are_reported_as_text_and_json() {
    let butter = numport::Butter::builder("key", "organization").build().unwrap();
    let fitted = full().fitting(&butter).unwrap();
    let left = fitted.left_out.iter().find(|left| left.part == TrunkPart::Transport).unwrap();
    assert_eq!(
        left.to_string(),
        "`transport` tls is left out: it is tls, but Butter's API has no setting for the transport"
    );
    assert_eq!(
        serde_json::to_value(left).unwrap(),
        json!({"part": "transport", "value": "tls", "reason": "is tls, but Butter's API has no setting for the transport"})
    );
}
