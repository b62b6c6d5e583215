use super::UpdateVoiceSettings;
use crate::model::{ProblemCode, Problems, Secret};
use crate::wire::{open_enum, received_object, request_object};

/// The maximum number of numbers per job.
pub const JOB_MAX: usize = 1000;

request_object! {
    snake_case;

    /// An update of a number. Fields that are not set stay unchanged.
    pub struct UpdateNumber {
        optional {
            /// Sets the tags.
            tags: Vec<String>,
            /// Sets whether HD voice is enabled.
            hd_voice_enabled: bool,
        }
        emptied {
            /// Sets the connection that gets the calls. How to take it off is not documented; this sends an empty text.
            connection_id: String,
        }
        patch {
            /// Sets the PIN that allows to move the number to another carrier.
            external_pin: Secret,
            /// Sets your own reference.
            customer_reference: String,
            /// Sets the group that its costs are billed to.
            billing_group_id: String,
            /// Sets the address of its holder.
            address_id: String,
        }
    }

    /// The same change of many numbers, as a job that runs at Telnyx.
    pub struct UpdateNumbersJob {
        required {
            /// The numbers by their ids, at most 1000; or all of them in E.164 form.
            phone_numbers: Vec<String>,
        }
        optional {
            /// Sets the connection that gets the calls.
            connection_id: String,
            /// Sets the tags.
            tags: Vec<String>,
            /// Sets the PIN that allows to move the numbers to another carrier.
            external_pin: Secret,
            /// Sets your own reference. Telnyx stores it on the numbers, not only on the job.
            customer_reference: String,
            /// Sets the group that the costs are billed to.
            billing_group_id: String,
            /// Sets whether HD voice is enabled.
            hd_voice_enabled: bool,
            /// Sets whether the numbers are protected from deletion.
            deletion_lock_enabled: bool,
            /// Sets voice settings.
            voice: UpdateVoiceSettings,
        }
    }
}

impl UpdateNumber {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        if *self == Self::new() {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set a field");
        }
    }
}

impl UpdateNumbersJob {
    pub(in super::super) fn check(&self, problems: &mut Problems) {
        let count = self.phone_numbers.len();
        if !(1..=JOB_MAX).contains(&count) {
            problems.add(
                ProblemCode::OutOfRange,
                "phone_numbers",
                format!("has {count} numbers"),
                format!("use 1 to {JOB_MAX}"),
            );
        }
        if *self == Self::new(self.phone_numbers.clone()) {
            problems.add(ProblemCode::NoChange, "update", "changes nothing", "set a field");
        }
        if let Some(voice) = &self.voice {
            problems.within("voice", |problems| voice.check(problems));
        }
    }
}

received_object! {
    snake_case;

    /// A job that runs at Telnyx.
    pub struct Job {
        optional {
            /// Its id.
            id: String,
            /// `phone_numbers_job`.
            record_type: String,
            /// What it does.
            kind: JobType = "type",
            /// How far it is.
            status: JobStatus,
            /// The numbers.
            phone_numbers: Vec<JobNumber>,
            /// The numbers that are done.
            successful_operations: Vec<JobNumber>,
            /// The numbers that failed.
            failed_operations: Vec<JobNumber>,
            /// The numbers that are still to be done.
            pending_operations: Vec<JobNumber>,
            /// When it will probably end.
            etc: String,
            /// When it was created.
            created_at: String,
            /// When it was last changed.
            updated_at: String,
        }
    }

    /// A number in a job.
    pub struct JobNumber {
        optional {
            /// Its id.
            id: String,
            /// The number, in E.164 form.
            phone_number: String,
            /// What went wrong.
            errors: Vec<ApiError>,
        }
    }

    /// An error as Telnyx writes it.
    pub struct ApiError {
        optional {
            /// The code; see [`ErrorCode`](super::super::ErrorCode).
            code: String,
            /// What is wrong, in a few words.
            title: String,
            /// What is wrong.
            detail: String,
        }
    }
}

open_enum! {
    /// What a job does.
    pub enum JobType {
        /// Changes emergency settings.
        UpdateEmergencySettings = "update_emergency_settings",
        /// Gives numbers up.
        DeletePhoneNumbers = "delete_phone_numbers",
        /// Changes numbers.
        UpdatePhoneNumbers = "update_phone_numbers",
    }

    /// How far a job is.
    pub enum JobStatus {
        /// It waits.
        Pending = "pending",
        /// It runs.
        InProgress = "in_progress",
        /// It is done.
        Completed = "completed",
        /// It failed.
        Failed = "failed",
        /// It waited too long.
        Expired = "expired",
    }
}
