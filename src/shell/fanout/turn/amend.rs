//! What a turn that nobody has been shown yet can take back.

use super::{Class, Order, Turn};
use crate::chat::{ConnId, Message, RoomName, Seq};
use crate::dialect::{Flavor, encode};

impl Turn {
    /// What it costs to hold it, in bytes.
    pub(crate) fn weight(&self) -> usize {
        self.bytes()
            + size_of::<ConnId>() * self.recipients.len()
            + size_of::<Order>() * self.orders.len()
    }

    /// Where the next order will stand.
    pub(crate) fn place(&self) -> usize {
        self.orders.len()
    }

    /// Holds a place for something that may have to be said here. Where it is.
    pub(crate) fn hold_place(&mut self) -> usize {
        self.orders.push(Order::Nothing);
        self.orders.len() - 1
    }

    /// Says this to one connection in a place that was held, or instead of what was
    /// replied there.
    pub(crate) fn reply_at(&mut self, place: usize, flavor: Flavor, to: ConnId, message: &Message) {
        let bytes = self.append(|bytes| encode(flavor, message, bytes));
        self.orders[place] = Order::Reply { flavor, to, bytes };
    }

    /// Says nothing in a place.
    pub(crate) fn clear_place(&mut self, place: usize) {
        self.orders[place] = Order::Nothing;
    }

    /// Tells nobody of a line, whose orders stand behind this place.
    pub(crate) fn withdraw(&mut self, place: usize, line: (&RoomName, Seq)) {
        let is_of_line = |order: &Order| {
            matches!(
                order,
                Order::Deliver { class: Class::Room { room, seq }, .. }
                    if *seq == Some(line.1) && room == line.0
            )
        };
        for order in &mut self.orders[place..] {
            if is_of_line(order) {
                *order = Order::Nothing;
            }
        }
    }
}
