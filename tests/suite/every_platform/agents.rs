//! Agents with invalid ids.

use numport::sandbox::Sandbox;
use numport::{Error, ImportRequest, Importer, NumberUpdate, Result};

use crate::services::subject::{NUMBER, Pace, Platform};

crate::services::each_platform! {
    #[tokio::test]
    an_agent_id_of_dots_is_refused_before_anything_is_sent, dot_segments
}

async fn dot_segments(platform: &'static Platform) {
    let sandbox = Sandbox::start().await.unwrap();
    let vars = |name: &str| sandbox.var(name);
    let client = (platform.connect)(&vars, Pace::at_once());
    let twilio = platform.carrier("twilio", &vars, Pace::at_once());
    let importer = Importer::new(twilio, client.clone());
    let request = ImportRequest::new(NUMBER.parse().unwrap());
    for agent in [".", ".."] {
        assert_refused(importer.import(request.clone().agent(agent)).await);
        assert_refused(client.update(&platform.absent.into(), &NumberUpdate::new().agent(agent)).await);
        assert_eq!(sandbox.requests(), [], "{agent}: refused, and asked all the same");
    }
}

fn assert_refused<T: std::fmt::Debug>(result: Result<T>) {
    let Err(Error::Invalid(invalid)) = result else { panic!("{result:?}") };
    // A platform may report further problems, such as that the id is no UUID.
    let problem = &invalid.problems[0];
    assert!(problem.field == "agent" && problem.fault.starts_with("is \"."), "{invalid:?}");
    assert!(invalid.problems.iter().all(|problem| problem.field == "agent"), "{invalid:?}");
}
