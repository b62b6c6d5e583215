//! ElevenLabs.
