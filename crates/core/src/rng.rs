//! Randomness: one explicit PCG stream per concern, the same on every platform.

use rand_core::Rng as _;
use rand_core::SeedableRng as _;
use rand_pcg::Pcg32;
use std::hash::{Hash, Hasher};

/// What a stream of random numbers is for. Streams never mix, so that, say, one more message on a link does not
/// change which partition a producer draws next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Stream {
    /// Jitter on links.
    Network,
    /// A producer's draws: sticky partitions, back-off jitter.
    Producer(u8),
    /// The keys that the application around a producer draws.
    Workload(u8),
}

impl Stream {
    fn number(self) -> u64 {
        match self {
            Stream::Network => 1,
            Stream::Producer(n) => 0x100 + u64::from(n),
            Stream::Workload(n) => 0x200 + u64::from(n),
        }
    }
}

/// A reproducible source of random numbers.
#[derive(Clone, Debug)]
pub(crate) struct Rng {
    pcg: Pcg32,
    /// The state as `(seed, stream, draws so far)`, which determines `pcg`.
    identity: (u64, Stream, u64),
}

impl Rng {
    /// The given stream of the given seed.
    pub(crate) fn new(seed: u64, stream: Stream) -> Self {
        let mut bytes = [0; 16];
        bytes[..8].copy_from_slice(&seed.to_le_bytes());
        bytes[8..].copy_from_slice(&stream.number().to_le_bytes());
        Rng { pcg: Pcg32::from_seed(bytes), identity: (seed, stream, 0) }
    }

    /// A number in `0..n`, by 32-bit multiplication and shift; `n` = 0 gives 0.
    pub(crate) fn below(&mut self, n: u32) -> u32 {
        self.identity.2 += 1;
        let wide = u64::from(self.pcg.next_u32()) * u64::from(n);
        (wide >> 32) as u32
    }

    /// A place in a list of so many things.
    pub(crate) fn place(&mut self, len: usize) -> usize {
        self.below(u32::try_from(len).unwrap_or(u32::MAX)) as usize
    }
}

impl PartialEq for Rng {
    fn eq(&self, other: &Self) -> bool {
        self.identity == other.identity
    }
}
impl Eq for Rng {}
impl Hash for Rng {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.identity.hash(state);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_seed_and_stream_give_the_same_numbers() {
        let draw = |seed, stream| {
            let mut rng = Rng::new(seed, stream);
            (0..8).map(|_| rng.below(1000)).collect::<Vec<_>>()
        };
        assert_eq!(draw(1, Stream::Network), draw(1, Stream::Network));
        assert_ne!(draw(1, Stream::Network), draw(2, Stream::Network));
        assert_ne!(draw(1, Stream::Network), draw(1, Stream::Producer(1)));
    }

    #[test]
    fn below_stays_below_and_reaches_every_value() {
        let mut rng = Rng::new(7, Stream::Workload(1));
        let mut seen = [0u32; 6];
        for _ in 0..6000 {
            seen[rng.below(6) as usize] += 1;
        }
        assert!(seen.iter().all(|count| (800..1200).contains(count)), "{seen:?}");
        assert_eq!(rng.below(0), 0);
    }
}
