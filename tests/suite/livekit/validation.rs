//! LiveKit's rules, at both of their limits. Nothing is sent if one is broken.

use numport::Error;
use numport::platform::livekit::{
    DirectRule, DispatchRule, InboundTrunk, IndividualRule, LiveKit, OutboundTrunk, PurchaseNumbers, Rule,
    SearchNumbers, UpdateDispatchRule, UpdateOutboundTrunk,
};

use super::endpoints::{NUMBER, client, list};

/// A client to a port on which nobody listens.
fn nowhere() -> LiveKit {
    client("http://127.0.0.1:1".to_owned())
}

/// The refused fields; none if the request was sent.
fn fields<T: std::fmt::Debug>(result: Result<T, Error>) -> Vec<String> {
    match result {
        Err(Error::Invalid(invalid)) => invalid.problems.into_iter().map(|problem| problem.field).collect(),
        Err(Error::Call(_)) => vec![],
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn inbound_trunks() {
    let numbers = || InboundTrunk::new().numbers(list(&[NUMBER]));
    for (trunk, refused) in [
        (InboundTrunk::new(), &["numbers"][..]),
        (InboundTrunk::new().numbers(vec![]).auth_username(""), &["numbers"]),
        (numbers(), &[]),
        (InboundTrunk::new().allowed_addresses(list(&["203.0.113.8"])), &[]),
        (InboundTrunk::new().auth_username("u").auth_password("p"), &[]),
        (numbers().auth_username("u"), &["auth_password"]),
        (numbers().auth_password("p"), &["auth_username"]),
        (numbers().sip_trunk_id("ST_1"), &["sip_trunk_id"]),
        (numbers().sip_trunk_id(""), &[]),
        (numbers().allowed_addresses(list(&["203.0.113.8, 203.0.113.9"])), &["allowed_addresses"]),
        (numbers().allowed_addresses(list(&["sip://203.0.113.8"])), &["allowed_addresses"]),
        (numbers().allowed_addresses(list(&["2001:db8::/48", "203.0.113.8/30"])), &[]),
    ] {
        assert_eq!(fields(nowhere().create_inbound_trunk(&trunk).await), refused, "{trunk:?}");
    }
}

#[tokio::test]
async fn outbound_trunks() {
    let at = |address: &str| OutboundTrunk::new(address, list(&[NUMBER]));
    for address in ["sip:example.com", "SIPS:example.com", "u@example.com", "example.com;transport=tls", "a b", ""] {
        assert_eq!(fields(nowhere().create_outbound_trunk(&at(address)).await), ["address"], "{address}");
        let update = UpdateOutboundTrunk::new().address(address);
        assert_eq!(fields(nowhere().update_outbound_trunk("ST_1", &update).await), ["address"], "{address}");
    }
    for address in ["example.com", "203.0.113.8:5061"] {
        assert_eq!(fields(nowhere().create_outbound_trunk(&at(address)).await), [""; 0], "{address}");
    }
    let none = OutboundTrunk::new("example.com", vec![]);
    assert_eq!(fields(nowhere().create_outbound_trunk(&none).await), ["numbers"]);
}

#[tokio::test]
async fn rules_searches_and_purchases() {
    let two = Rule::individual("a").dispatch_rule_direct(DirectRule::new("room"));
    for (rule, refused) in [
        (Rule::new(), &["rule"][..]),
        (two, &["rule"]),
        (Rule::new().dispatch_rule_direct(DirectRule::new("")), &["rule.room_name"]),
        (Rule::new().dispatch_rule_direct(DirectRule::new("r")), &[]),
        (Rule::new().dispatch_rule_individual(IndividualRule::new("")), &[]),
    ] {
        assert_eq!(fields(nowhere().create_dispatch_rule(&DispatchRule::new(rule.clone())).await), refused, "{rule:?}");
        let update = UpdateDispatchRule::new().rule(rule);
        assert_eq!(fields(nowhere().update_dispatch_rule("SDR_1", &update).await), refused);
    }
    let named = DispatchRule::new(Rule::individual("a")).sip_dispatch_rule_id("SDR_1");
    assert_eq!(fields(nowhere().create_dispatch_rule(&named).await), ["sip_dispatch_rule_id"]);
    for (country, refused) in [("U", true), ("US", false), ("USA", true)] {
        assert_eq!(!fields(nowhere().search_numbers(&SearchNumbers::new(country)).await).is_empty(), refused);
    }
    assert_eq!(fields(nowhere().purchase_numbers(&PurchaseNumbers::new(vec![])).await), ["phone_numbers"]);
}
