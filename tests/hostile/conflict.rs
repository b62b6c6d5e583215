//! A conflict says that the platform has the number. If no lookup finds it, the import is unresolved.

use numport::Outcome;
use serde_json::json;

use crate::between::{Between, LOOKUPS, is_create, number, unlisted};
use crate::hostile::Answer;
use crate::services::each_platform;
use crate::services::subject::Platform;

/// After a conflict no lookup finds the number, or the lookups fail. The last lookup of the next import finds it.
async fn a_409(platform: &'static Platform) {
    for fails in [false, true] {
        let between = Between::start(platform).await;
        let (mut created, hides) = (false, unlisted(platform, number()));
        between.relay.distort(move |request, answer| {
            created |= is_create(platform, request);
            vec![match () {
                () if is_create(platform, request) => Answer::json(409, &json!({"message": "Conflict"})),
                () if request.is_read() && created && fails => Answer::json(500, &json!({})),
                () => hides(request, answer),
            }]
        });
        let error = between.import().await.unwrap_err();
        assert!(!error.surely_not_done(), "{fails}: {error:?}");
        let creates = between.creates();

        let (mut lookups, hides) = (0, unlisted(platform, number()));
        between.relay.distort(move |request, answer| {
            lookups += u32::from(request.is_read());
            vec![if lookups < LOOKUPS { hides(request, answer) } else { answer }]
        });
        let imported = between.assert_imported(between.import().await, Outcome::AlreadyThere);
        assert!(!imported.undo().created, "{fails}: somebody else may have created it");
        assert_eq!(between.creates(), creates, "{fails}");
    }
}

/// The platform has the number, and the list shows it at the last lookup of the policy.
async fn a_409_before_the_list_shows_it(platform: &'static Platform) {
    let between = Between::start(platform).await;
    let (mut conflict, mut lookups, hides) = (false, 0, unlisted(platform, number()));
    between.relay.distort(move |request, answer| {
        let is_create = is_create(platform, request);
        lookups += u32::from(conflict && request.is_read());
        conflict |= is_create;
        vec![match lookups {
            _ if is_create => Answer::json(409, &json!({"message": "Conflict"})),
            LOOKUPS.. => answer,
            _ => hides(request, answer),
        }]
    });
    between.assert_imported(between.import().await, Outcome::AlreadyThere);
    assert_eq!(between.creates(), 1);
}

each_platform! {
    #[tokio::test]
    after_a_409_the_number_is_looked_up_by_the_whole_policy, a_409_before_the_list_shows_it
}

each_platform! {
    #[tokio::test]
    after_a_409_without_a_found_record_the_import_stays_unresolved, a_409
}
