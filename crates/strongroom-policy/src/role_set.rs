//! Sets of roles, as bits.

/// A set of at most [`ROLES_MAX`](crate::ROLES_MAX) roles.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct RoleSet([u64; WORDS]);

const WORDS: usize = 8;

impl RoleSet {
    pub(crate) const NONE: Self = Self([0; WORDS]);

    pub(crate) fn insert(&mut self, role: usize) {
        if let Some(word) = self.0.get_mut(role / 64) {
            *word |= 1 << (role % 64);
        }
    }

    #[inline]
    pub(crate) fn contains(&self, role: usize) -> bool {
        self.0.get(role / 64).is_some_and(|word| word & (1 << (role % 64)) != 0)
    }

    pub(crate) fn union(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, more) in words.iter_mut().zip(other.0) {
            *word |= more;
        }
        Self(words)
    }

    pub(crate) fn common_set(self, other: Self) -> Self {
        let mut words = self.0;
        for (word, mask) in words.iter_mut().zip(other.0) {
            *word &= mask;
        }
        Self(words)
    }

    pub(crate) fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }

    pub(crate) fn common(self, other: Self) -> u32 {
        self.0.iter().zip(other.0).map(|(a, b)| (a & b).count_ones()).sum()
    }

    pub(crate) fn iter(self) -> Roles {
        Roles { set: self, at: 0 }
    }
}

/// The members of a [`RoleSet`], in order.
#[derive(Debug)]
pub(crate) struct Roles {
    set: RoleSet,
    at: usize,
}

impl Iterator for Roles {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        loop {
            let word = self.set.0.get_mut(self.at)?;
            if *word != 0 {
                let bit = usize::try_from(word.trailing_zeros()).ok()?;
                *word &= word.wrapping_sub(1);
                return self.at.checked_mul(64)?.checked_add(bit);
            }
            self.at = self.at.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_role_set_holds_what_was_put_in() {
        let mut set = RoleSet::default();
        for role in [0, 63, 64, 200, 511, 512] {
            set.insert(role);
        }
        assert_eq!(set.iter().collect::<Vec<_>>(), [0, 63, 64, 200, 511]);
        assert!(set.contains(200) && !set.contains(201) && !set.contains(512));
        assert_eq!(set.common(set), 5);
        assert_eq!(set.union(RoleSet::default()), set);
    }
}
