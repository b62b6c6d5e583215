//! A recovered record counts as created by this process, as one whose create was answered.

use numport::Outcome;

use crate::between::{Between, number, unlisted};
use crate::hostile::Answer;
use crate::services::each_platform;
use crate::services::subject::Platform;

/// The record is found after the response to its create was lost. Then the lists hide it, as a lagging replica does.
async fn a_recovered_one(platform: &'static Platform) {
    let between = Between::start(platform).await;
    between.distort_creates(|_| Answer::closed());
    between.assert_imported(between.import().await, Outcome::Recovered);
    let unlisted = unlisted(platform, number());
    between.relay.distort(move |request, answer| vec![unlisted(request, answer)]);
    if let Ok(imported) = between.import().await {
        assert_eq!(imported.outcome, Outcome::AlreadyThere);
    }
    assert_eq!((between.creates(), between.records(&number()).len()), (1, 1));
}

each_platform! {
    #[tokio::test]
    a_recovered_record_that_is_no_longer_listed_is_not_created_again, a_recovered_one
}
