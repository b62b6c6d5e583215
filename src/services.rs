//! The one list of platforms and carriers. A line here and a feature in `Cargo.toml` are all that is said of one
//! outside of its own folders.

/// Passes the list to a macro. `name` is the name of the kind, of the feature, and of the folders in `platform/` or
/// `provider/`, `sandbox/` and `tests/suite/`; the domains tell whose address a voice URL is.
///
/// `named` are those that this crate has no client for: they have a name, and a platform's addresses are recognised.
#[doc(hidden)]
#[macro_export]
macro_rules! __services {
    ($callback:ident $($arguments:tt)*) => {
        $callback! {
            $($arguments)*
            platforms {
                INTERACTLY "interactly" interactly::Interactly ["interactly.ai"];
                VAPI "vapi" vapi::Vapi ["vapi.ai"];
                SIGNALWIRE "signalwire" signalwire::SignalWire ["signalwire.com"];
                BUTTER "butter" butter::Butter ["getbutter.ai"];
                RETELL "retell" retell::Retell ["retellai.com"];
                ELEVENLABS "elevenlabs" elevenlabs::ElevenLabs ["elevenlabs.io"];
                LIVEKIT "livekit" livekit::LiveKit ["livekit.cloud"];
                CARTESIA "cartesia" cartesia::Cartesia ["cartesia.ai"];
            }
            carriers {
                TWILIO "twilio" twilio::Twilio;
                TELNYX "telnyx" telnyx::Telnyx;
                PLIVO "plivo" plivo::Plivo;
                VONAGE "vonage" vonage::Vonage;
            }
            named platforms {
                BLAND "bland" ["bland.ai"];
                SYNTHFLOW "synthflow" ["synthflow.ai"];
                ULTRAVOX "ultravox" ["ultravox.ai"];
            }
            named carriers {}
        }
    };
}
