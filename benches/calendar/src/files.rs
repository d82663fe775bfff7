//! iCalendar: text to the model and back, beside `calcard`.

use crate::workload::Workload;

pub fn run(_work: &Workload) {}
