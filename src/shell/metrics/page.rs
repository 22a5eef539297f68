//! Families of metrics, written one after the other.

use std::fmt;

use prometheus_client::encoding::{DescriptorEncoder, EncodeGaugeValue, NoLabelSet};
use prometheus_client::metrics::MetricType;
use prometheus_client::registry::Unit;

use super::Histogram;

/// Where families are written. Names are without what OpenMetrics puts behind them:
/// the unit, and `_total` for what is counted.
pub(super) struct Page<'a>(pub(super) DescriptorEncoder<'a>);

/// A label and its value. Both are words of our own, never of people.
pub(super) type Label = (&'static str, &'static str);

impl Page<'_> {
    /// What is so much now.
    pub(super) fn gauge(
        &mut self,
        name: &str,
        help: &str,
        value: impl EncodeGaugeValue,
    ) -> fmt::Result {
        let kind = MetricType::Gauge;
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        family.encode_gauge(&value)
    }

    /// What is so many bytes now.
    pub(super) fn bytes_gauge(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let (unit, kind) = (Unit::Bytes, MetricType::Gauge);
        let mut family = self.0.encode_descriptor(name, help, Some(&unit), kind)?;
        family.encode_gauge(&value)
    }

    /// What is counted.
    pub(super) fn counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let kind = MetricType::Counter;
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        family.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    /// What is counted, by what a label says.
    pub(super) fn counters<const N: usize>(
        &mut self,
        name: &str,
        help: &str,
        values: [(Label, u64); N],
    ) -> fmt::Result {
        let kind = MetricType::Counter;
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        for (label, value) in values {
            let labels = [label];
            let mut one = family.encode_family(&labels)?;
            one.encode_counter::<NoLabelSet, _, u64>(&value, None)?;
        }
        Ok(())
    }

    /// Bytes that add up.
    pub(super) fn bytes_counter(&mut self, name: &str, help: &str, value: u64) -> fmt::Result {
        let (unit, kind) = (Unit::Bytes, MetricType::Counter);
        let mut family = self.0.encode_descriptor(name, help, Some(&unit), kind)?;
        family.encode_counter::<NoLabelSet, _, u64>(&value, None)
    }

    /// Time that adds up.
    pub(super) fn seconds_counter(&mut self, name: &str, help: &str, seconds: f64) -> fmt::Result {
        let (unit, kind) = (Unit::Seconds, MetricType::Counter);
        let mut family = self.0.encode_descriptor(name, help, Some(&unit), kind)?;
        family.encode_counter::<NoLabelSet, _, u64>(&seconds, None)
    }

    /// How long things took.
    pub(super) fn seconds_histogram(
        &mut self,
        name: &str,
        help: &str,
        histogram: &Histogram,
    ) -> fmt::Result {
        let (unit, kind) = (Unit::Seconds, MetricType::Histogram);
        let mut family = self.0.encode_descriptor(name, help, Some(&unit), kind)?;
        let read = histogram.read();
        family.encode_histogram::<NoLabelSet>(read.sum, read.count, &read.buckets, None)
    }

    /// What stays as it is: a 1, with a label. Not of the type that OpenMetrics has for
    /// it, which the older format does not know.
    pub(super) fn info(&mut self, name: &str, help: &str, label: Label) -> fmt::Result {
        let kind = MetricType::Gauge;
        let mut family = self.0.encode_descriptor(name, help, None, kind)?;
        family.encode_family(&[label])?.encode_gauge(&1_u64)
    }
}
