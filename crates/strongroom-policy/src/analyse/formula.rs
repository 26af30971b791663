//! Formulas over the attributes of a request, and the search for values that satisfy them.

/// The values of one attribute, a bit each.
pub(super) type Values = u128;

/// A condition on a request, without negation: what is denied is said by the values that are left.
#[derive(Debug, Clone)]
pub(super) enum Formula {
    /// All of them.
    And(Vec<Self>),
    /// The attribute has one of the values.
    Is(usize, Values),
    /// One of them.
    Or(Vec<Self>),
}

impl Formula {
    pub(super) const TRUE: Self = Self::And(Vec::new());
    pub(super) const FALSE: Self = Self::Or(Vec::new());

    /// The formula that holds exactly where this one does not.
    pub(super) fn negated(&self) -> Self {
        match self {
            Self::And(parts) => Self::Or(parts.iter().map(Self::negated).collect()),
            Self::Is(attribute, values) => Self::Is(*attribute, !values),
            Self::Or(parts) => Self::And(parts.iter().map(Self::negated).collect()),
        }
    }
}

/// Values for every attribute that satisfy all formulas, or `None` where there are none. `domains` are the values that
/// each attribute may have; on success one is left of each, the first that will do.
pub(super) fn solve(domains: &[Values], formulas: &[&Formula]) -> Option<Vec<Values>> {
    let mut domains = domains.to_vec();
    let mut choices = Vec::new();
    if !assume(&mut domains, formulas, &mut choices) {
        return None;
    }
    // The ones with the fewest ways out first.
    choices.sort_by_key(|alternatives| alternatives.len());
    branch(&domains, &choices)
        .map(|found| found.into_iter().map(|values| values & values.wrapping_neg()).collect())
}

/// Narrows the domains by what must hold, and collects what can hold in several ways.
fn assume<'f>(domains: &mut [Values], formulas: &[&'f Formula], choices: &mut Vec<&'f [Formula]>) -> bool {
    formulas.iter().all(|formula| match formula {
        Formula::And(parts) => parts.iter().all(|part| assume(domains, &[part], choices)),
        Formula::Is(attribute, values) => domains.get_mut(*attribute).is_some_and(|domain| {
            *domain &= values;
            *domain != 0
        }),
        Formula::Or(parts) => match parts.as_slice() {
            [] => false,
            [one] => assume(domains, &[one], choices),
            several => {
                choices.push(several);
                true
            }
        },
    })
}

fn branch(domains: &[Values], choices: &[&[Formula]]) -> Option<Vec<Values>> {
    let Some((first, rest)) = choices.split_first() else { return Some(domains.to_vec()) };
    for alternative in *first {
        let mut narrowed = domains.to_vec();
        let mut open = rest.to_vec();
        if assume(&mut narrowed, &[alternative], &mut open) {
            if let Some(found) = branch(&narrowed, &open) {
                return Some(found);
            }
            // Where it holds already, another way to make it hold leaves no more room.
            if narrowed == domains && open.len() == rest.len() {
                return None;
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn formula() -> impl Strategy<Value = Formula> {
        let leaf = (0..3_usize, 0..16_u128).prop_map(|(attribute, values)| Formula::Is(attribute, values));
        leaf.prop_recursive(4, 24, 4, |inner| {
            let parts = prop::collection::vec(inner, 0..4);
            prop_oneof![parts.clone().prop_map(Formula::And), parts.prop_map(Formula::Or)]
        })
    }

    fn holds(formula: &Formula, values: [Values; 3]) -> bool {
        match formula {
            Formula::And(parts) => parts.iter().all(|part| holds(part, values)),
            Formula::Is(attribute, among) => among & values[*attribute] != 0,
            Formula::Or(parts) => parts.iter().any(|part| holds(part, values)),
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

        #[test]
        fn a_solution_is_found_where_there_is_one(a in formula(), b in formula()) {
            let domains = [0b1111, 0b1111, 0b1111];
            let bits = [1, 2, 4, 8];
            let exists = bits.iter().any(|x| bits.iter().any(|y| bits.iter().any(|z| {
                holds(&a, [*x, *y, *z]) && holds(&b, [*x, *y, *z])
            })));
            let found = solve(&domains, &[&a, &b]);
            prop_assert_eq!(found.is_some(), exists);
            if let Some(found) = found {
                let values = [found[0], found[1], found[2]];
                prop_assert!(holds(&a, values) && holds(&b, values));
            }
            for x in bits {
                prop_assert_ne!(holds(&a, [x, 1, 8]), holds(&a.negated(), [x, 1, 8]));
            }
        }
    }
}
