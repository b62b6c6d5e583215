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
            /// Sets the connection that gets the calls. This sends an empty text to detach it, which is not documented.
            connection_id: String,
        }
        patch {
            /// Sets the PIN for porting the number to another carrier.
            external_pin: Secret,
            /// Sets your own reference.
            customer_reference: String,
            /// Sets the billing group.
            billing_group_id: String,
            /// Sets the address of the number's holder.
            address_id: String,
        }
    }

    /// A job at Telnyx that makes the same change to many numbers.
    pub struct UpdateNumbersJob {
        required {
            /// The numbers: either all by their ids or all in E.164 form. At most 1000.
            phone_numbers: Vec<String>,
        }
        optional {
            /// Sets the connection that gets the calls.
            connection_id: String,
            /// Sets the tags.
            tags: Vec<String>,
            /// Sets the PIN for porting the numbers to another carrier.
            external_pin: Secret,
            /// Sets your own reference. Telnyx stores it on the numbers, not only on the job.
            customer_reference: String,
            /// Sets the billing group.
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

    /// A job at Telnyx.
    pub struct Job {
        optional {
            /// Its id.
            id: String,
            /// `phone_numbers_job`.
            record_type: String,
            /// Its type.
            kind: JobType = "type",
            /// Its status.
            status: JobStatus,
            /// The numbers.
            phone_numbers: Vec<JobNumber>,
            /// The numbers that succeeded.
            successful_operations: Vec<JobNumber>,
            /// The numbers that failed.
            failed_operations: Vec<JobNumber>,
            /// The numbers that are pending.
            pending_operations: Vec<JobNumber>,
            /// The estimated time of completion.
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
            /// The errors.
            errors: Vec<ApiError>,
        }
    }

    /// An error as Telnyx writes it.
    pub struct ApiError {
        optional {
            /// The code; see [`ErrorCode`](super::super::ErrorCode).
            code: String,
            /// A short description.
            title: String,
            /// A detailed description.
            detail: String,
        }
    }
}

open_enum! {
    /// The type of a job.
    pub enum JobType {
        /// Changes emergency settings.
        UpdateEmergencySettings = "update_emergency_settings",
        /// Releases numbers.
        DeletePhoneNumbers = "delete_phone_numbers",
        /// Changes numbers.
        UpdatePhoneNumbers = "update_phone_numbers",
    }

    /// The status of a job.
    pub enum JobStatus {
        /// Pending.
        Pending = "pending",
        /// In progress.
        InProgress = "in_progress",
        /// Completed.
        Completed = "completed",
        /// Failed.
        Failed = "failed",
        /// Expired.
        Expired = "expired",
    }
}
