//! The text door: a person with `nc` is a first-class user.
use super::Decoded;
use crate::chat::Message;
use alloc::vec::Vec;
#[derive(Debug)]
pub(super) struct Decoder;
impl Decoder {
    pub(super) fn new(_line_bytes_max: usize) -> Self {
        Self
    }
    pub(super) fn decode(&mut self, _bytes: &mut &[u8]) -> Option<Decoded> {
        None
    }
    pub(super) fn finish(&mut self) -> Option<Decoded> {
        None
    }
}
pub(super) fn encode(_message: &Message, _bytes: &mut Vec<u8>) {}
