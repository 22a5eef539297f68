//! Scripts: what people ask, and who is told what. One file a theme.

mod audit;
mod departures;
mod history;
mod ignore;
mod join_and_leave;
mod listings;
mod nick;
mod past;
mod rate;
mod say;
mod script;
mod summaries;
mod topic;
mod whisper;
mod words;
