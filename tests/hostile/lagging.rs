//! Lists that do not show yet what was created. The importer remembers what this process created.

use futures_util::StreamExt;
use numport::error::{Withheld, WithheldReason};
use numport::import::Desired;
use numport::import::plan::{Applied, PlanStep};
use numport::platform::OnRemoval;
use numport::{Error, Imported, Outcome, Removal, Result};
use serde_json::json;

use crate::between::{Between, number, unlisted};
use crate::hostile::Answer;
use crate::services::each_platform;
use crate::services::subject::Platform;

/// A platform that has the number, and whose lists do not show it.
async fn lagging(platform: &'static Platform) -> Between {
    let between = Between::start(platform).await;
    between.assert_imported(between.import().await, Outcome::Created);
    let unlisted = unlisted(platform, number());
    between.relay.distort(move |request, answer| vec![unlisted(request, answer)]);
    between
}

/// Whether a record can be read by its id, although no list shows it.
async fn is_read_by_id(between: &Between) -> bool {
    let id = between.id(&between.records(&number())[0]);
    between.client().get(&id.into()).await.is_ok()
}

fn assert_nothing_created(between: &Between) {
    assert_eq!((between.creates(), between.records(&number()).len()), (1, 1));
}

async fn a_second_import(platform: &'static Platform) {
    let between = lagging(platform).await;
    let by_id = is_read_by_id(&between).await;
    let ended = |result: Result<Imported>| match result {
        Ok(imported) if by_id => assert_eq!(imported.outcome, Outcome::AlreadyThere),
        Err(error) if !by_id => assert!(error.report().contains(number().as_str()), "{error:?}"),
        other => panic!("{by_id}: {other:?}"),
    };
    let importer = between.importer();
    ended(importer.import(between.request(number())).await);
    ended(between.import().await);
    let requests = futures_util::stream::iter([between.request(number())]);
    let items: Vec<_> = importer.import_many(requests).collect().await;
    assert_eq!(items[0].outcome.is_failure(), !by_id, "{items:?}");
    assert_nothing_created(&between);

    between.relay.distort(|_, answer| vec![answer]);
    let imported = between.import().await.unwrap();
    assert_ne!(imported.outcome, Outcome::Created);
    between.assert_own(&imported.record, number());
}

async fn a_plan(platform: &'static Platform) {
    let between = lagging(platform).await;
    let importer = between.importer();
    let desired = Desired::from_iter([between.request(number())]);
    match importer.plan(&desired).await {
        Ok(plan) => {
            let applied: Vec<_> = importer.apply(plan).unwrap().collect().await;
            for step in applied {
                let created = matches!(&step.outcome, Applied::Imported(done) if done.outcome == Outcome::Created);
                assert!(!created, "{step:?}");
            }
        }
        Err(error) => assert!(!error.report().is_empty()),
    }
    assert_nothing_created(&between);
}

/// Neither the lists nor a read by id show what was created.
async fn an_import_that_sees_nothing(platform: &'static Platform) {
    let between = lagging(platform).await;
    let (id, unlisted) = (between.id(&between.records(&number())[0]), unlisted(platform, number()));
    let path = platform.id_in_requests(&id).to_owned();
    between.relay.distort(move |request, answer| {
        let sent = request.json().to_string();
        let is_of_record = request.is_read() && (request.path().ends_with(&format!("/{path}")) || sent.contains(&path));
        vec![if is_of_record { Answer::json(404, &json!({})) } else { unlisted(request, answer) }]
    });
    let importer = between.importer();
    for importer in [&importer, &importer, &between.importer()] {
        let reason = withheld(importer.import(between.request(number())).await);
        assert!(
            matches!(&reason, WithheldReason::NotListed { id: created, .. } if created.as_str() == id),
            "{reason:?}"
        );
    }
    let plan = importer.plan(&Desired::from_iter([between.request(number())])).await.unwrap();
    assert!(plan.steps.iter().any(|step| matches!(step, PlanStep::Blocked { .. })), "{plan:?}");
    assert!(plan.steps.iter().all(|step| !matches!(step, PlanStep::Import { .. })), "{plan:?}");
    assert_nothing_created(&between);

    between.relay.distort(|_, answer| vec![answer]);
    between.assert_imported(between.import().await, Outcome::AlreadyThere);
}

fn withheld(result: Result<Imported>) -> WithheldReason {
    match result {
        Err(Error::Withheld(withheld)) => {
            let Withheld { reason, .. } = *withheld;
            reason
        }
        other => panic!("{other:?}"),
    }
}

/// Only the caller who removed the record knows that the list does not lag.
async fn a_removal(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let importer = between.importer().skip_preflight();
    let can = importer.platform().capabilities();
    let consent = match can.removal {
        OnRemoval::Forgets => Removal::Record,
        OnRemoval::Releases => Removal::RecordAndNumber,
        _ => return,
    };
    let import = || importer.import(between.request(number()));
    let record = between.assert_imported(import().await, Outcome::Created).record;
    importer.platform().remove(&record.id, consent).await.unwrap();
    let reason = withheld(import().await);
    assert!(matches!(&reason, WithheldReason::NotListed { id, .. } if *id == record.id), "{reason:?}");
    importer.forget_created(&number()).await.expect("no journal");
    between.assert_imported(import().await, Outcome::Created);
}

each_platform! {
    #[tokio::test]
    a_record_that_a_list_does_not_show_yet_is_not_created_again, a_second_import
}

each_platform! {
    #[tokio::test]
    a_record_that_neither_a_list_nor_its_id_shows_is_not_created_again, an_import_that_sees_nothing
}

each_platform! {
    #[tokio::test]
    a_removed_record_is_created_again_after_forget_created, a_removal
}

each_platform! {
    #[tokio::test]
    a_record_that_a_list_does_not_show_yet_is_not_created_by_a_plan, a_plan
}
