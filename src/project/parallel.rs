//! Work on many files at once.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many items a core takes at a time; fewer in all are not worth a second thread.
const PART: usize = 64;

/// Returns what `work` makes of each item, in order, on every core of the machine.
pub fn each<T: Sync, R: Send>(items: &[T], work: impl Fn(&T) -> R + Sync) -> Vec<R> {
    let cores = thread::available_parallelism().map_or(1, usize::from);
    if items.len() <= PART || cores == 1 {
        return items.iter().map(work).collect();
    }
    let parts: Vec<_> = items.chunks(PART).collect();
    let next = AtomicUsize::new(0);
    // Whoever is done takes the next part: one core may be busy with something else.
    let run = || {
        let mut done = Vec::new();
        while let Some((index, part)) = take(&parts, &next) {
            done.push((index, part.iter().map(&work).collect::<Vec<_>>()));
        }
        done
    };
    let mut done: Vec<_> = thread::scope(|scope| {
        let running: Vec<_> = (0..cores).map(|_| scope.spawn(run)).collect();
        let join = |one: thread::ScopedJoinHandle<'_, _>| {
            one.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
        };
        running.into_iter().flat_map(join).collect()
    });
    done.sort_by_key(|(index, _)| *index);
    done.into_iter().flat_map(|(_, results)| results).collect()
}

fn take<'p, T>(parts: &[&'p [T]], next: &AtomicUsize) -> Option<(usize, &'p [T])> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    parts.get(index).map(|part| (index, *part))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_the_items() {
        for count in [0, 1, PART, PART + 1, 1000] {
            let items: Vec<_> = (0..count).collect();
            let doubled: Vec<_> = items.iter().map(|item| item * 2).collect();
            assert_eq!(each(&items, |item| item * 2), doubled);
        }
    }
}
