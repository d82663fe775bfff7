//! A small deterministic source of chance (xorshift64*), so that a seed is a story that can be told again; or a script in
//! its place, so that all stories can be told.

/// The source.
#[derive(Clone, Debug)]
pub struct Rng(Source);

#[derive(Clone, Debug)]
enum Source {
    Chance(u64),
    Script(Script),
}

impl Rng {
    /// The stream of this seed.
    pub fn new(seed: u64) -> Self {
        // Spread small seeds over all bits; never zero.
        Self(Source::Chance(mix(seed, 0) | 1))
    }

    /// What is told, instead of chance.
    pub fn told(script: Script) -> Self {
        Self(Source::Script(script))
    }

    /// The script, if there is one.
    pub fn script(&self) -> Option<&Script> {
        match &self.0 {
            Source::Script(script) => Some(script),
            Source::Chance(_) => None,
        }
    }

    /// The next 48 bits.
    pub fn next_bits(&mut self) -> u64 {
        let Source::Chance(bits) = &mut self.0 else {
            return 0;
        };
        *bits ^= *bits >> 12;
        *bits ^= *bits << 25;
        *bits ^= *bits >> 27;
        bits.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }

    /// A number below `n`.
    pub fn below(&mut self, n: usize) -> usize {
        if let Source::Script(script) = &mut self.0 {
            return script.choose(n);
        }
        usize::try_from(self.next_bits() % u64::try_from(n.max(1)).unwrap()).unwrap()
    }

    /// True so many times in a hundred; never where all stories are told.
    pub fn chance(&mut self, percent: usize) -> bool {
        self.script().is_none() && self.below(100) < percent
    }

    /// True so many times in a hundred; both where all stories are told.
    pub fn either(&mut self, percent: usize) -> bool {
        match &mut self.0 {
            Source::Script(script) => script.choose(2) > 0,
            Source::Chance(_) => self.chance(percent),
        }
    }

    /// Whether something goes wrong, so many times in a hundred; where all stories are told, as long as it may.
    pub fn accident(&mut self, percent: usize) -> bool {
        match &mut self.0 {
            Source::Script(script) => script.suffer(2) > 0,
            Source::Chance(_) => self.chance(percent),
        }
    }

    /// One of these, each so many times in a hundred. The first is what usually happens, the others are accidents.
    pub fn fate<T: Copy>(&mut self, fates: &[(usize, T)]) -> T {
        if let Source::Script(script) = &mut self.0 {
            return fates[script.suffer(fates.len())].1;
        }
        let mut left = self.below(100);
        // The accidents come first in the hundred.
        for (percent, fate) in &fates[1..] {
            if left < *percent {
                return *fate;
            }
            left -= percent;
        }
        fates[0].1
    }

    /// One of these, or nothing of nothing.
    pub fn pick<T: Clone>(&mut self, from: &[T]) -> Option<T> {
        (!from.is_empty()).then(|| from[self.below(from.len())].clone())
    }
}

/// What is chosen wherever there is a choice, one after another. What is not told is the first of what there is.
#[derive(Clone, Debug, Default)]
pub struct Script {
    choices: Vec<usize>,
    /// Among how many each choice was made so far.
    asked: Vec<usize>,
    /// So many accidents may happen yet.
    pub accidents: usize,
}

impl Script {
    /// A script of these choices, in which so many accidents may happen.
    pub fn of(choices: Vec<usize>, accidents: usize) -> Self {
        Self {
            choices,
            asked: Vec::new(),
            accidents,
        }
    }

    fn choose(&mut self, among: usize) -> usize {
        if among <= 1 {
            return 0;
        }
        self.asked.push(among);
        let at = self.asked.len() - 1;
        if at == self.choices.len() {
            self.choices.push(0);
        }
        self.choices[at].min(among - 1)
    }

    /// A choice in which all but the first are accidents.
    fn suffer(&mut self, among: usize) -> usize {
        if self.accidents == 0 {
            return 0;
        }
        let chosen = self.choose(among);
        self.accidents -= usize::from(chosen > 0);
        chosen
    }

    /// What was chosen.
    pub fn choices(&self) -> &[usize] {
        &self.choices
    }

    /// The choices that come next, if these were not the last.
    pub fn next(&self) -> Option<Vec<usize>> {
        let more = |at: &usize| self.choices[*at] + 1 < self.asked[*at];
        let last = (0..self.asked.len()).rev().find(more)?;
        let mut choices = self.choices[..=last].to_vec();
        choices[last] += 1;
        Some(choices)
    }
}

/// Two numbers mixed into one that tells nothing of either (splitmix64).
pub fn mix(a: u64, b: u64) -> u64 {
    let mut z = a
        .wrapping_add(b.rotate_left(32))
        .wrapping_add(0x9E37_79B9_7F4A_7C15);
    z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    z ^ (z >> 31)
}
