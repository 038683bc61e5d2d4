//! A line on the terminal while work takes longer than a second. Pipes and files never see it.

use std::io::{IsTerminal, Write};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

pub fn with_progress<T>(quiet: bool, job: impl FnOnce() -> T) -> T {
    if quiet || !std::io::stderr().is_terminal() {
        return job();
    }
    let (done, waiting) = channel::<()>();
    std::thread::scope(|scope| {
        scope.spawn(move || {
            if waiting.recv_timeout(Duration::from_secs(1)) != Err(RecvTimeoutError::Timeout) {
                return;
            }
            let _ = write!(std::io::stderr(), "alinet is reading and evaluating ...");
            let _ = waiting.recv();
            let _ = write!(std::io::stderr(), "\r\x1b[K");
        });
        let result = job();
        drop(done);
        result
    })
}
