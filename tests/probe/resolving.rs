//! From a name to addresses, and which of them are refused.

use numport::SipTrunk;
use numport::model::{AddressRange, ProbeCheck, ProbeFinding, SipTransport};
use numport::probe::Prober;

use crate::names::Names;
use crate::servers::{response, udp};
use crate::{codes, new_host, probe, said};

/// Where a trunk leads, as its finding says it. Nothing is sent, as the addresses are reserved.
async fn leads(trunk: &SipTrunk, names: Names) -> String {
    let probe =
        probe(trunk, &Prober::new().resolver(names).timeout(std::time::Duration::ZERO).allow_private_targets()).await;
    said(&probe, ProbeCheck::Resolves)
}

#[tokio::test]
async fn a_name_is_looked_up_by_rfc_3263() {
    let host = new_host("rfc.test");
    let names = Names::default()
        .naptr(&host, 20, "SIP+D2U", "_sip._udp.a.test")
        .naptr(&host, 10, "SIP+D2T", "_sip._tcp.b.test")
        .naptr(&host, 5, "SIP+D2W", "_sips._ws.c.test")
        .srv("_sip._tcp.b.test", 20, 0, 5070, "late.test")
        .srv("_sip._tcp.b.test", 10, 1, 5071, "light.test")
        .srv("_sip._tcp.b.test", 10, 9, 5072, "heavy.test")
        .address("late.test", &["192.0.2.1"])
        .address("light.test", &["192.0.2.2"])
        .address("heavy.test", &["2001:db8::3", "192.0.2.3"]);
    let expected =
        "the host leads to 192.0.2.3:5072 (tcp), [2001:db8::3]:5072 (tcp), 192.0.2.2:5071 (tcp), 192.0.2.1:5070 (tcp)";
    assert_eq!(leads(&SipTrunk::new(&host), names).await, expected);
}

#[tokio::test]
async fn without_naptr_the_srv_names_are_tried_and_then_the_name_itself() {
    let host = new_host("rfc.test");
    let names =
        Names::default().srv(&format!("_sip._udp.{host}"), 1, 1, 5080, "m.test").address("m.test", &["192.0.2.1"]);
    assert_eq!(leads(&SipTrunk::new(&host), names.clone()).await, "the host leads to 192.0.2.1:5080 (udp)");
    let expected = [
        format!("NAPTR {host}"),
        format!("SRV _sips._tcp.{host}"),
        format!("SRV _sip._tcp.{host}"),
        format!("SRV _sip._udp.{host}"),
        "A m.test".to_owned(),
    ];
    assert_eq!(names.asked(), expected);

    for (transport, port) in
        [(None, "5060 (udp)"), (Some(SipTransport::Tcp), "5060 (tcp)"), (Some(SipTransport::Tls), "5061 (tls)")]
    {
        let host = new_host("rfc.test");
        // A single dot says that there is no such service.
        let names = Names::default().srv(&format!("_sip._tcp.{host}"), 1, 1, 5080, ".").address(&host, &["192.0.2.1"]);
        let mut trunk = SipTrunk::new(&host);
        trunk.transport = transport;
        assert_eq!(leads(&trunk, names).await, format!("the host leads to 192.0.2.1:{port}"));
    }
}

#[tokio::test]
async fn a_port_needs_addresses_alone_and_a_number_nothing() {
    let host = new_host("rfc.test");
    let names = Names::default().address(&host, &["192.0.2.1"]);
    assert_eq!(leads(&SipTrunk::new(&host).port(5062), names.clone()).await, "the host leads to 192.0.2.1:5062 (udp)");
    assert_eq!(names.asked(), [format!("A {host}")]);

    let names = Names::default();
    assert_eq!(leads(&SipTrunk::new("192.0.2.77"), names.clone()).await, "the host leads to 192.0.2.77:5060 (udp)");
    assert!(names.asked().is_empty());
}

#[tokio::test]
async fn a_name_without_records_and_broken_name_servers_are_told_apart() {
    for (names, code) in [(Names::default(), "no_records"), (Names::broken(), "lookup_failed")] {
        let probe = probe(&SipTrunk::new(new_host("rfc.test")), &Prober::new().resolver(names)).await;
        let expected = format!("{code} not_checked not_checked not_checked not_checked not_checked");
        assert_eq!((codes(&probe), probe.packets), (expected, 0));
    }
}

#[tokio::test]
async fn nothing_is_sent_to_an_address_that_is_not_public() {
    let (port, requests) = udp(|request, _| vec![response(request, "200 OK", "")]).await;
    for (addresses, range) in [
        (&["127.0.0.1"][..], AddressRange::Loopback),
        (&["::ffff:127.0.0.1"], AddressRange::Translated),
        (&["64:ff9b::7f00:1"], AddressRange::Translated),
        (&["169.254.169.254"], AddressRange::LinkLocal),
        (&["100.64.0.1"], AddressRange::SharedAddress),
        (&["0.0.0.0"], AddressRange::Unspecified),
        // One of several is enough.
        (&["198.51.99.1", "2600::1", "10.0.0.1"], AddressRange::Private),
    ] {
        let host = new_host("private.test");
        let names = Names::default().address(&host, addresses);
        let probe = probe(&SipTrunk::new(&host).port(port), &Prober::new().resolver(names)).await;
        assert_eq!(codes(&probe), "forbidden_target not_checked not_checked not_checked not_checked not_checked");
        let ProbeFinding::ForbiddenTarget { range: found, .. } = probe.finding(ProbeCheck::Resolves) else { panic!() };
        assert_eq!((*found, probe.packets), (range, 0));
    }
    // The same through SRV, and as a number.
    let host = new_host("private.test");
    let names = Names::local().srv(&format!("_sip._udp.{host}"), 1, 1, port, "public.test");
    for trunk in [SipTrunk::new(&host), SipTrunk::new("127.0.0.99").port(port), SipTrunk::new("[::1]").port(port)] {
        let probe = probe(&trunk, &Prober::new().resolver(names.clone())).await;
        assert_eq!(probe.finding(ProbeCheck::Resolves).code(), "forbidden_target");
    }
    assert_eq!(requests.count(), 0);
}

#[tokio::test]
async fn no_setting_allows_what_is_no_machine() {
    for address in ["0.0.0.0", "::", "224.0.0.1", "255.255.255.255", "ff02::1"] {
        let host = new_host("private.test");
        let names = Names::default().address(&host, &[address]);
        let prober = Prober::new().allow_private_targets().resolver(names);
        let probe = probe(&SipTrunk::new(&host).port(5060), &prober).await;
        assert_eq!(probe.finding(ProbeCheck::Resolves).code(), "forbidden_target");
    }
}

/// A name that is public when it is checked and private when it is connected to: it is looked up once.
#[tokio::test(start_paused = true)]
async fn a_second_lookup_cannot_lead_elsewhere() {
    let (port, requests) = udp(|request, _| vec![response(request, "200 OK", "")]).await;
    let host = new_host("rebound.test");
    // The first one is nobody's, and allowed only here: no test sends packets to the internet.
    let names = Names::default().address(&host, &["127.0.0.7"]).address(&host, &["127.0.0.1"]);
    let prober = Prober::new().allow_private_targets().resolver(names.clone());
    let probe = probe(&SipTrunk::new(&host).port(port), &prober).await;
    assert_eq!(said(&probe, ProbeCheck::Resolves), format!("the host leads to 127.0.0.7:{port} (udp)"));
    assert_eq!(probe.finding(ProbeCheck::Reachable).code(), "not_reached");
    assert_eq!((names.asked(), requests.count()), (vec![format!("A {host}")], 0));
}
