//! `move_between --keep` and `--undo`: a move is undone completely, also after it was killed midway.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use numport::model::{PlatformKind, ProviderKind};
use numport::platform::OnRemoval;
use numport::sandbox::{Fault, Sandbox};
use numport::{ImportRequest, Importer, NumberUpdate, Twilio, Vapi, VoicePlatform, platform};
use serde_json::Value;

use crate::clients::platforms;
use crate::move_between::prepare::{agents, prepare, sip_address, var};
use crate::move_between::{Arguments, run};
use crate::support::{changes, new_file, typed};

async fn at(from: &str) -> Sandbox {
    let sandbox = Sandbox::start().await.unwrap();
    prepare(from, &|name| var(&sandbox, name)).await.unwrap();
    sandbox
}

async fn ran(sandbox: &Sandbox, words: &str) -> (u8, String) {
    let (arguments, mut out) = (Arguments::parse(typed(words)).unwrap(), Vec::new());
    let code = run(&arguments, &|name| var(sandbox, name), &mut out).await.unwrap();
    (code, String::from_utf8(out).unwrap())
}

/// What the carrier stores, without the time of the last change.
fn carrier(sandbox: &Sandbox) -> Vec<Value> {
    let mut records = sandbox.records(ProviderKind::TWILIO);
    for record in &mut records {
        record.as_object_mut().unwrap().remove("date_updated");
    }
    records
}

/// The records of a platform, with the fields that can be set.
async fn fields(sandbox: &Sandbox, kind: &str) -> Vec<String> {
    let platform = platform::connect(kind.parse().unwrap(), |name| var(sandbox, name)).unwrap();
    let records: Vec<_> = futures_util::TryStreamExt::try_collect(platform.list()).await.unwrap();
    let line = |record: &numport::NumberRecord| {
        let numport::NumberRecord { number, label, agent, inbound, outbound, .. } = record;
        format!("{number} {label:?} {agent:?} {inbound:?} {outbound:?}")
    };
    let mut lines: Vec<_> = records.iter().map(line).collect();
    lines.sort();
    lines
}

fn records(sandbox: &Sandbox, kind: &str) -> usize {
    sandbox.records(kind.parse::<PlatformKind>().unwrap()).len()
}

/// The platforms to move from and to where it is killed, if they are enabled.
const MOVES: [[&str; 2]; 10] = [
    ["vapi", "interactly"],
    ["vapi", "signalwire"],
    ["vapi", "butter"],
    ["interactly", "vapi"],
    ["butter", "vapi"],
    ["signalwire", "vapi"],
    ["vapi", "retell"],
    ["retell", "elevenlabs"],
    ["livekit", "vapi"],
    ["cartesia", "livekit"],
];

fn removal(sandbox: &Sandbox, kind: &str) -> OnRemoval {
    platform::connect(kind.parse().unwrap(), |name| sandbox.var(name)).unwrap().capabilities().removal
}

/// The arguments of a move, with the agents of the new platform, and with its address if it is not known.
fn words(sandbox: &Sandbox, [from, to]: [&str; 2]) -> String {
    let [day, night] = [0, 1].map(|at| format!("{}={}", agents(from)[at], agents(to)[at]));
    let remove = if removal(sandbox, from) == OnRemoval::Forgets { "--remove" } else { "" };
    let answers_at = match to {
        "signalwire" => Some("https://example.signalwire.com/answer"),
        "butter" => Some("https://api.getbutter.ai/voice"),
        "livekit" => sip_address("livekit"),
        // What takes calls over at the carrier does not take them from a trunk.
        "interactly" if sip_address(from).is_some() => Some("https://api-prod.interactly.ai/sandbox/voice"),
        "cartesia" if sip_address(from).is_some() => Some("https://api.cartesia.ai/voice"),
        _ => None,
    };
    let answers_at = answers_at.map_or_else(String::new, |address| format!("--answers-at {address}"));
    format!("--from {from} --to {to} {remove} {day} {night} {answers_at}")
}

/// The expected state of the sandbox after a move is undone: as before, except records at a platform that cannot remove
/// them.
async fn is_as_before(sandbox: &Sandbox, before: &(Vec<Value>, Vec<String>), [from, to]: [&str; 2], told: &str) {
    assert_eq!(carrier(sandbox), before.0, "{from} to {to}: {told}");
    assert_eq!(fields(sandbox, from).await, before.1, "{from} to {to}: {told}");
    let why = match removal(sandbox, to) {
        OnRemoval::Forgets => return assert_eq!(records(sandbox, to), 0, "{from} to {to}: {told}"),
        OnRemoval::Releases => "would release",
        _ => "cannot remove it",
    };
    assert_eq!(told.matches(why).count(), records(sandbox, to), "{from} to {to}: {told}");
}

/// From every platform to every other one.
#[tokio::test]
async fn a_move_is_undone() {
    let sandbox = Sandbox::start().await.unwrap();
    let kinds: Vec<PlatformKind> = platforms(&sandbox).collect();
    let pairs = kinds.iter().flat_map(|from| kinds.iter().map(move |to| [*from, *to])).filter(|[from, to]| from != to);
    stream::iter(pairs).for_each_concurrent(8, moved_and_back).await;
}

async fn moved_and_back(pair: [PlatformKind; 2]) {
    let [from, to] = [pair[0].as_str(), pair[1].as_str()];
    let (sandbox, file) = (at(from).await, new_file("moved"));
    let before = (carrier(&sandbox), fields(&sandbox, from).await);
    let words = words(&sandbox, [from, to]);
    let (code, out) = ran(&sandbox, &format!("{words} --dry-run")).await;
    assert_eq!((code, carrier(&sandbox) == before.0, records(&sandbox, to)), (0, true, 0), "{from} to {to}: {out}");

    let (code, out) = ran(&sandbox, &format!("{words} --keep {}", file.display())).await;
    let (moved, stay) = (before.1.len() - usize::from(from == "vapi"), usize::from(from == "vapi"));
    assert_eq!((code, records(&sandbox, to)), (0, moved), "{from} to {to}: {out}");
    let is_removed = removal(&sandbox, from) == OnRemoval::Forgets;
    assert_eq!(records(&sandbox, from), if is_removed { stay } else { before.1.len() }, "{from} to {to}: {out}");
    assert_ne!(carrier(&sandbox), before.0, "{from} to {to}: {out}");
    for line in fields(&sandbox, to).await {
        // The number without an agent keeps none.
        let is_mapped = agents(to).iter().any(|agent| line.contains(agent));
        assert_eq!(is_mapped, !line.starts_with("+442071838750"), "{from} to {to}: {line}");
    }

    let (code, out) = ran(&sandbox, &format!("--undo {}", file.display())).await;
    is_as_before(&sandbox, &before, [from, to], &out).await;
    assert_eq!(code, u8::from(removal(&sandbox, to) != OnRemoval::Forgets), "{from} to {to}: {out}");
    let sent = changes(&sandbox).len();
    let again = ran(&sandbox, &format!("--undo {}", file.display())).await;
    // LiveKit is read by POST, and a credential is asked to be removed once more, since nothing shows that it is gone.
    let mut sent = changes(&sandbox).split_off(sent);
    sent.retain(|change| !change.starts_with("livekit") && *change != format!("{to} DELETE"));
    assert_eq!((again.0, sent.as_slice()), (code, &[][..] as &[String]), "{from} to {to}: {}", again.1);
    is_as_before(&sandbox, &before, [from, to], &again.1).await;
}

const WORDS: &str = "NUMPORT_MOVE_WORDS";
/// What the sandbox's own variables do not contain.
const VARS: [&str; 5] = ["TWILIO_API_KEY", "TWILIO_API_SECRET", "SIP_TRUNK", "SIP_TRUNK_USER", "SIP_TRUNK_PASSWORD"];

/// Runs the move in a process of its own, which remembers nothing of another process.
fn child(sandbox: &Sandbox, words: &str) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", "moving_back::the_child_moves", "--ignored", "--nocapture"])
        .envs(sandbox.vars().iter().map(|(name, value)| (*name, value)))
        .envs(VARS.iter().filter_map(|name| Some((*name, var(sandbox, name)?))))
        .env(WORDS, words)
        .stdout(Stdio::piped());
    command
}

#[tokio::test]
#[ignore = "the other tests of this file start it"]
async fn the_child_moves() {
    let Ok(words) = std::env::var(WORDS) else { return };
    let arguments = Arguments::parse(typed(&words)).unwrap();
    run(&arguments, &|name| std::env::var(name).ok(), &mut std::io::stdout()).await.unwrap();
}

/// Kills it after the sandbox has received this many requests that change something. Returns whether it was running.
async fn killed(sandbox: &Sandbox, words: &str, after: usize) -> bool {
    let mut child = child(sandbox, words).stdout(Stdio::null()).spawn().unwrap();
    let end = changes(sandbox).len() + after;
    while changes(sandbox).len() < end {
        if child.try_wait().unwrap().is_some() {
            return false;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    child.kill().unwrap();
    child.wait().unwrap();
    // Lets pending requests arrive.
    let mut still = 0;
    while still < 3 {
        tokio::time::sleep(Duration::from_millis(5)).await;
        still = if sandbox.waiting() == 0 { still + 1 } else { 0 };
    }
    true
}

/// Kills the move after each of its requests, and the undo too, which then runs again.
async fn killed_at_every_step([from, to]: [&'static str; 2]) {
    for after in 1.. {
        let (sandbox, file) = (at(from).await, new_file("killed"));
        let before = (carrier(&sandbox), fields(&sandbox, from).await);
        let words = format!("{} --keep {}", words(&sandbox, [from, to]), file.display());
        let undo = format!("--undo {}", file.display());
        let midway = killed(&sandbox, &words, after).await;
        let undo_midway = killed(&sandbox, &undo, after).await;
        let mut last = child(&sandbox, &undo);
        let ended = tokio::task::spawn_blocking(move || last.output().unwrap()).await.unwrap();
        is_as_before(&sandbox, &before, [from, to], &String::from_utf8(ended.stdout).unwrap()).await;
        if !midway && !undo_midway {
            break;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_move_is_undone_and_a_killed_undo_is_finished() {
    let sandbox = Sandbox::start().await.unwrap();
    let is_enabled = |name: &&str| platforms(&sandbox).any(|kind| kind.as_str() == *name);
    let moves = MOVES.iter().filter(|pair| pair.iter().all(is_enabled));
    let moves: Vec<_> = moves.map(|pair| tokio::spawn(killed_at_every_step(*pair))).collect();
    for killed in moves {
        killed.await.unwrap();
    }
}

#[tokio::test]
async fn a_move_with_a_lost_response_and_a_refused_step_is_undone() {
    let refuse = || Fault::Refuse { status: 400, retry_after: None };
    for (kind, start, fault) in [
        (PlatformKind::INTERACTLY, "POST", refuse()),
        (PlatformKind::VAPI, "DELETE", Fault::CommitThenDrop),
        (PlatformKind::VAPI, "DELETE", refuse()),
    ] {
        let (sandbox, file) = (at("vapi").await, new_file("fault"));
        let before = (carrier(&sandbox), fields(&sandbox, "vapi").await);
        sandbox.fault_on(kind, start, fault);
        let _any =
            ran(&sandbox, &format!("{} --keep {}", words(&sandbox, ["vapi", "interactly"]), file.display())).await;
        let (_, out) = ran(&sandbox, &format!("--undo {}", file.display())).await;
        is_as_before(&sandbox, &before, ["vapi", "interactly"], &out).await;
    }
}

#[tokio::test]
async fn earlier_records_and_changes_by_others_are_kept() {
    let sandbox = at("interactly").await;
    let vars = |name: &str| sandbox.var(name);
    let vapi = Vapi::from_vars(vars).unwrap();
    let desk = "+14155552671".parse().unwrap();
    // One number is already at the target with other settings, and its calls go to the origin.
    let importer = Importer::new(Twilio::from_vars(vars).unwrap(), vapi.clone());
    let imported = importer.import(ImportRequest::new(desk).label("Old desk")).await.unwrap();
    assert!(importer.restore_unverified(&imported.routing_before.unwrap()).await.is_ok());
    let before = (carrier(&sandbox), fields(&sandbox, "interactly").await, fields(&sandbox, "vapi").await);

    let file = new_file("others");
    let (_, out) = ran(&sandbox, &format!("--from interactly --to vapi --keep {}", file.display())).await;
    assert_ne!(fields(&sandbox, "vapi").await, before.2, "{out}");
    // Somebody starts to use a moved number.
    let sales = "+12125550123".parse().unwrap();
    let record = vapi.find(&sales).await.unwrap().unwrap();
    vapi.update(&record.id, &NumberUpdate::new().label("Ours now")).await.unwrap();

    let (code, out) = ran(&sandbox, &format!("--undo {}", file.display())).await;
    assert_eq!((code, carrier(&sandbox)), (1, before.0), "{out}");
    assert_eq!(fields(&sandbox, "interactly").await, before.1);
    let there = fields(&sandbox, "vapi").await;
    assert_eq!((there.len(), there.contains(&before.2[0])), (2, true), "{there:?} {out}");
    assert!(out.contains("its record stays: its label is not as the import left it"), "{out}");
}

#[tokio::test]
async fn the_file_is_private_new_and_of_these_accounts() {
    let (sandbox, file) = (at("vapi").await, new_file("private"));
    let words = format!("--remove --keep {}", file.display());
    ran(&sandbox, &words).await;
    #[cfg(unix)]
    {
        let mode = std::os::unix::fs::PermissionsExt::mode(&fs::metadata(&file).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
    }
    let refused = |words: String| {
        let sandbox = &sandbox;
        async move {
            let before = changes(sandbox);
            let error =
                run(&Arguments::parse(typed(&words)).unwrap(), &|name| var(sandbox, name), &mut Vec::new()).await;
            assert_eq!(changes(sandbox), before);
            error.unwrap_err().to_string()
        }
    };
    assert!(refused(words).await.ends_with("exists already; give a new file"));

    let kept = fs::read_to_string(&file).unwrap();
    let with = |text: String| {
        let file = new_file("edited");
        fs::write(&file, text).unwrap();
        format!("--undo {}", Path::new(&file).display())
    };
    assert!(refused(with(kept[..kept.len().min(80)].to_owned())).await.contains("so nothing was changed"));
    let mut first: Value = serde_json::from_str(kept.lines().next().unwrap()).unwrap();
    first["account"] = "another".into();
    assert!(refused(with(format!("{first}\n"))).await.contains("the numbers were moved from account another at vapi"));
    let mut first: Value = serde_json::from_str(kept.lines().next().unwrap()).unwrap();
    first["plan"]["account"] = "another".into();
    assert!(refused(with(format!("{first}\n"))).await.contains("nothing was undone"));
}
