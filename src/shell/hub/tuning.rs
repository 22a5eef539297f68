//! What an operator changes while the server runs.

use super::{Hub, Retune};
use crate::engine::Event;
use crate::shell::{Listener, Tuning};

impl<L: Listener> Hub<L> {
    pub(super) fn take_retune(&mut self, (tuning, done): Retune) {
        let before = Tuning::from(&self.config);
        let rate = |tuning: &Tuning| (tuning.rate_burst, tuning.rate_per_second);
        if rate(&before) != rate(&tuning) {
            let (burst, per_second) = rate(&tuning);
            self.config.limits.rate_burst = burst;
            self.config.limits.rate_per_second = per_second;
            self.step(Event::RateChanged { burst, per_second });
        }
        if let (Some(lines), Some(history)) = (tuning.lines_on_join, &mut self.config.history)
            && lines != history.lines_on_join
        {
            history.lines_on_join = lines;
            if let Some(archive) = &mut self.archive {
                archive.set_lines_on_join(lines);
            }
        }
        self.config.connections_max = tuning.connections_max;
        self.config.connections_per_address_max = tuning.connections_per_address_max;
        self.config.shutdown_grace = tuning.shutdown_grace;
        let (in_all, per_address) = (tuning.connections_max, tuning.connections_per_address_max);
        self.inlets.admission.set_bounds(in_all, per_address);
        let _ = done.send(()); // They may have lost patience.
    }
}
