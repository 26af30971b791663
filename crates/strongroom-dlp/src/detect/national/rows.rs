//! The rows: every kind of identifier of a state, and the windows that it is worth looking at.

use super::{Form, National, find, special};
use crate::Entity;
use crate::chain::join::{DASH, DOT};
use crate::detect::dispatch::{Detector, Joins, detector};
use crate::detect::{CHARACTERS_MAX, Hit, Window};
use crate::fact::Fact;
use crate::national::{americas, asia, britain, europe, nordic, oceania};

/// In the order of the names; a kind whose forms are of far lengths has two rows.
pub(in crate::detect) const DETECTORS: &[Detector] = &[
    row(&AU_ABN, |window| find(window, &AU_ABN), |groups, place, size| AU_ABN.has(groups, place, size)),
    row(
        &AU_MEDICARE,
        |window| find(window, &AU_MEDICARE),
        |groups, place, size| AU_MEDICARE.has(groups, place, size),
    ),
    row(&AU_TFN, |window| find(window, &AU_TFN), |groups, place, size| AU_TFN.has(groups, place, size)),
    detector(Entity::BrCnpj, special::br_cnpj, (6, 6), (2, 2))
        .shaped(|_, place, size| [4, 2].get(place) == Some(&size))
        .with_letters(),
    detector(Entity::BrCnpj, special::br_cnpj, (14, 14), (1, 1)).with_letters(),
    row(&BR_CPF, |window| find(window, &BR_CPF), |groups, place, size| BR_CPF.has(groups, place, size)),
    row(&CA_SIN, |window| find(window, &CA_SIN), |groups, place, size| CA_SIN.has(groups, place, size)),
    detector(Entity::CnOfficerId, special::cn_officer_id, (5, 8), (1, 1)),
    detector(Entity::CnTravelPermit, special::cn_travel_permit, (8, 11), (1, 1))
        .with_letters()
        .at_most(0.0)
        .common(),
    row(
        &DE_TAX_ID,
        |window| find(window, &DE_TAX_ID),
        |groups, place, size| DE_TAX_ID.has(groups, place, size),
    ),
    row(&ES_NIE, |window| find(window, &ES_NIE), |groups, place, size| ES_NIE.has(groups, place, size)),
    row(&ES_NIF, |window| find(window, &ES_NIF), |groups, place, size| ES_NIF.has(groups, place, size)),
    detector(Entity::FiHetu, special::fi_hetu, (6, 6), (1, 1)),
    detector(Entity::FiHetu, special::fi_hetu, (11, 11), (1, 1)).with_letters(),
    row(&FR_NIR, special::fr_nir, |groups, place, size| FR_NIR.has(groups, place, size)).at_most(1.0),
    row(
        &IN_AADHAAR,
        |window| find(window, &IN_AADHAAR),
        |groups, place, size| IN_AADHAAR.has(groups, place, size),
    ),
    row(&IN_PAN, |window| find(window, &IN_PAN), |groups, place, size| IN_PAN.has(groups, place, size)),
    row(
        &IT_FISCAL_CODE,
        |window| find(window, &IT_FISCAL_CODE),
        |groups, place, size| IT_FISCAL_CODE.has(groups, place, size),
    ),
    row(
        &JP_MY_NUMBER,
        |window| find(window, &JP_MY_NUMBER),
        |groups, place, size| JP_MY_NUMBER.has(groups, place, size),
    ),
    detector(Entity::KrRrn, special::kr_rrn, (13, 13), (1, 2))
        .shaped(|groups, place, size| groups == 1 || [6, 7].get(place) == Some(&size)),
    detector(Entity::MoId, special::mo_id, (7, 8), (1, 2))
        .shaped(|groups, place, size| groups == 1 || [7, 1].get(place) == Some(&size))
        .at_most(0.45),
    row(&MX_CURP, |window| find(window, &MX_CURP), |groups, place, size| MX_CURP.has(groups, place, size)),
    row(&MY_NRIC, |window| find(window, &MY_NRIC), |groups, place, size| MY_NRIC.has(groups, place, size)),
    row(&NL_BSN, |window| find(window, &NL_BSN), |groups, place, size| NL_BSN.has(groups, place, size)),
    row(&NZ_IRD, |window| find(window, &NZ_IRD), |groups, place, size| NZ_IRD.has(groups, place, size)),
    row(&PH_TIN, |window| find(window, &PH_TIN), |groups, place, size| PH_TIN.has(groups, place, size)),
    row(&PL_PESEL, |window| find(window, &PL_PESEL), |groups, place, size| PL_PESEL.has(groups, place, size)),
    detector(Entity::SePersonnummer, special::se_personnummer, (6, 6), (1, 1)),
    detector(Entity::SePersonnummer, special::se_personnummer, (10, 12), (1, 2))
        .shaped(|groups, place, size| SE_PERSONNUMMER.has(groups, place, size)),
    row(&SG_NRIC, |window| find(window, &SG_NRIC), |groups, place, size| SG_NRIC.has(groups, place, size)),
    row(&TH_TNIN, special::th_tnin, |groups, place, size| TH_TNIN.has(groups, place, size)),
    row(&TW_ARC, |window| find(window, &TW_ARC), |groups, place, size| TW_ARC.has(groups, place, size)),
    row(
        &TW_NATIONAL_ID,
        |window| find(window, &TW_NATIONAL_ID),
        |groups, place, size| TW_NATIONAL_ID.has(groups, place, size),
    ),
    row(&UK_NHS, special::uk_nhs, |groups, place, size| UK_NHS.has(groups, place, size)),
    row(&UK_NINO, |window| find(window, &UK_NINO), |groups, place, size| UK_NINO.has(groups, place, size)),
    row(
        &US_BANK_ROUTING,
        |window| find(window, &US_BANK_ROUTING),
        |groups, place, size| US_BANK_ROUTING.has(groups, place, size),
    ),
    row(&US_ITIN, |window| find(window, &US_ITIN), |groups, place, size| US_ITIN.has(groups, place, size)),
];

/// The windows are those of the forms.
const fn row(
    kind: &'static National,
    find: fn(&Window<'_>) -> Option<Hit>,
    shape: fn(usize, usize, usize) -> bool,
) -> Detector {
    let (mut length, mut groups, mut any_joins) = ((CHARACTERS_MAX, 0), (CHARACTERS_MAX, 0), false);
    let mut best = 0.0;
    let mut forms = kind.forms;
    while let Some((form, rest)) = forms.split_first() {
        length = widened(length, sum(form.sizes));
        groups = widened(groups, form.sizes.len());
        any_joins = any_joins || !form.joins.is_empty();
        best = if form.score > best { form.score } else { best };
        forms = rest;
    }
    let mut row = detector(kind.entity, find, length, groups);
    row.letters = kind.letters;
    row.joins = if any_joins { Joins::Any } else { Joins::Alike };
    row.best = if kind.needs_context { 0.0 } else { best };
    row.common = kind.needs_context;
    row.shaped(shape)
}

const fn widened(range: (usize, usize), value: usize) -> (usize, usize) {
    (if value < range.0 { value } else { range.0 }, if value > range.1 { value } else { range.1 })
}

const fn sum(mut sizes: &[usize]) -> usize {
    let mut sum = 0_usize;
    while let Some((size, rest)) = sizes.split_first() {
        sum = sum.saturating_add(*size);
        sizes = rest;
    }
    sum
}

/// Digits and a check, in these forms.
const fn digits(
    entity: Entity,
    valid: fn(&[u8]) -> bool,
    proofs: &'static [Fact],
    forms: &'static [Form],
) -> National {
    National { entity, valid, proofs, forms, letters: false, needs_context: false }
}

impl National {
    const fn with_letters(mut self) -> Self {
        self.letters = true;
        self
    }

    const fn with_context_only(mut self) -> Self {
        self.needs_context = true;
        self
    }
}

/// 1 of 89 passes.
pub(crate) const AU_ABN: National = digits(
    Entity::AuAbn,
    oceania::is_au_abn,
    &[Fact::AbnMod89],
    &[Form::of(&[11], 0.35), Form::of(&[2, 3, 3, 3], 0.45)],
);

/// 1 of 22 passes.
pub(crate) const AU_MEDICARE: National = digits(
    Entity::AuMedicare,
    oceania::is_au_medicare,
    &[Fact::MedicareMod10, Fact::FirstDigit],
    &[Form::of(&[10], 0.35), Form::of(&[11], 0.3), Form::of(&[4, 5, 1], 0.45), Form::of(&[4, 5, 1, 1], 0.45)],
);

/// 1 of 11 passes.
pub(crate) const AU_TFN: National = digits(
    Entity::AuTfn,
    oceania::is_au_tfn,
    &[Fact::TfnMod11],
    &[Form::of(&[9], 0.3), Form::of(&[8], 0.3), Form::of(&[3, 3, 3], 0.35), Form::of(&[2, 3, 3], 0.35)],
);

/// 1 of 100 passes; nothing else is written in 000.000.000-00.
pub(crate) const BR_CPF: National = digits(
    Entity::BrCpf,
    americas::is_br_cpf,
    &[Fact::CpfMod11],
    &[
        Form::of(&[11], 0.4),
        Form::of(&[3, 3, 3, 2], 0.7).joined(&[DOT, DOT, DASH]),
        Form::of(&[3, 3, 3, 2], 0.45),
        Form::of(&[9, 2], 0.45).joined(&[DASH]),
    ],
);

/// 1 of 11 passes.
pub(crate) const CA_SIN: National = digits(
    Entity::CaSin,
    americas::is_ca_sin,
    &[Fact::Luhn],
    &[Form::of(&[9], 0.3), Form::of(&[3, 3, 3], 0.4)],
);

/// 1 of 300 passes.
pub(crate) const DE_TAX_ID: National = digits(
    Entity::DeTaxId,
    europe::is_de_tax_id,
    &[Fact::Iso7064Mod11_10, Fact::RepeatedDigit],
    &[Form::of(&[11], 0.45), Form::of(&[2, 3, 3, 3], 0.45)],
);

/// 1 of 23 passes that begin with X, Y or Z.
pub(crate) const ES_NIE: National = digits(
    Entity::EsNie,
    europe::is_es_nie,
    &[Fact::NifMod23, Fact::Series],
    &[
        Form::of(&[9], 0.5),
        Form::of(&[8], 0.45).between(&[], &[1]),
        Form::of(&[7], 0.5).between(&[1], &[1]),
        Form::of(&[8], 0.45).between(&[1], &[]),
    ],
)
.with_letters();

/// 1 of 23 passes.
pub(crate) const ES_NIF: National = digits(
    Entity::EsNif,
    europe::is_es_nif,
    &[Fact::NifMod23],
    &[
        Form::of(&[9], 0.45),
        Form::of(&[8], 0.4).between(&[], &[1]),
        Form::of(&[2, 3, 3], 0.4).between(&[], &[1]),
        Form::of(&[2, 3, 4], 0.4),
    ],
)
.with_letters();

/// 1 of 150 passes; what raises it is in [`special::fr_nir`].
pub(crate) const FR_NIR: National = digits(
    Entity::FrNir,
    europe::is_fr_nir,
    &[Fact::NirMod97],
    &[
        Form::of(&[15], 0.4),
        Form::of(&[13, 2], 0.45),
        Form::of(&[1, 2, 2, 2, 3, 3, 2], 0.6),
        Form::of(&[1, 2, 2, 2, 3, 5], 0.5),
    ],
)
.with_letters();

/// 1 of 12 passes.
pub(crate) const IN_AADHAAR: National = digits(
    Entity::InAadhaar,
    asia::is_in_aadhaar,
    &[Fact::Verhoeff],
    &[Form::of(&[12], 0.35), Form::of(&[4, 4, 4], 0.45)],
);

/// No check digit is known, only the kind of holder.
pub(crate) const IN_PAN: National = digits(
    Entity::InPan,
    asia::is_in_pan,
    &[Fact::Holder],
    &[Form::of(&[10], 0.45), Form::of(&[4], 0.35).between(&[5], &[1])],
)
.with_letters();

/// 1 of 26 passes of those few that have its shape, names and date.
pub(crate) const IT_FISCAL_CODE: National = digits(
    Entity::ItFiscalCode,
    europe::is_it_fiscal_code,
    &[Fact::CodiceFiscaleMod26, Fact::BirthDate],
    &[Form::of(&[16], 0.9), Form::of(&[5, 5], 0.8).between(&[3, 3], &[])],
)
.with_letters();

/// 1 of 11 passes.
pub(crate) const JP_MY_NUMBER: National = digits(
    Entity::JpMyNumber,
    asia::is_jp_my_number,
    &[Fact::MyNumberMod11],
    &[Form::of(&[12], 0.35), Form::of(&[4, 4, 4], 0.4)],
);

/// Shape, state, date and check digit leave nothing to chance.
pub(crate) const MX_CURP: National = digits(
    Entity::MxCurp,
    americas::is_mx_curp,
    &[Fact::CurpMod10, Fact::BirthDate, Fact::State],
    &[Form::of(&[18], 0.9)],
)
.with_letters();

/// 1 of 35 passes; the grouping is peculiar, but has no check to go with it.
pub(crate) const MY_NRIC: National = digits(
    Entity::MyNric,
    asia::is_my_nric,
    &[Fact::BirthDate, Fact::Place],
    &[Form::of(&[12], 0.3), Form::of(&[6, 2, 4], 0.45)],
);

/// 1 of 11 passes.
pub(crate) const NL_BSN: National = digits(
    Entity::NlBsn,
    europe::is_nl_bsn,
    &[Fact::BsnMod11],
    &[Form::of(&[9], 0.3), Form::of(&[3, 3, 3], 0.35), Form::of(&[4, 2, 3], 0.4)],
);

/// 1 of 11 of the range passes.
pub(crate) const NZ_IRD: National = digits(
    Entity::NzIrd,
    oceania::is_nz_ird,
    &[Fact::IrdMod11, Fact::Range],
    &[Form::of(&[9], 0.3), Form::of(&[8], 0.3), Form::of(&[3, 3, 3], 0.4), Form::of(&[2, 3, 3], 0.35)],
);

/// It has no check that is known.
pub(crate) const PH_TIN: National = digits(
    Entity::PhTin,
    asia::is_ph_tin,
    &[Fact::Length],
    &[
        Form::of(&[9], 0.3),
        Form::of(&[12], 0.3),
        Form::of(&[14], 0.3),
        Form::of(&[3, 3, 3], 0.35),
        Form::of(&[3, 3, 3, 3], 0.4),
        Form::of(&[3, 3, 3, 5], 0.4),
    ],
)
.with_context_only();

/// 1 of 55 passes.
pub(crate) const PL_PESEL: National = digits(
    Entity::PlPesel,
    europe::is_pl_pesel,
    &[Fact::PeselMod10, Fact::BirthDate],
    &[Form::of(&[11], 0.4)],
);

/// Of ten digits 1 of 140 passes, of twelve 1 of 4,500.
pub(crate) const SE_PERSONNUMMER: National = digits(
    Entity::SePersonnummer,
    nordic::is_se_personnummer,
    &[Fact::Luhn, Fact::BirthDate],
    &[Form::of(&[10], 0.4), Form::of(&[12], 0.65), Form::of(&[6, 4], 0.45), Form::of(&[8, 4], 0.8)],
);

/// 1 of 11 passes that end with one of the letters in use.
pub(crate) const SG_NRIC: National = digits(
    Entity::SgNric,
    asia::is_sg_nric,
    &[Fact::NricMod11, Fact::Series],
    &[Form::of(&[9], 0.5), Form::of(&[7], 0.4).between(&[1], &[1])],
)
.with_letters();

/// 1 of 15 passes; nothing else is written in 1-4-5-2-1.
pub(crate) const TH_TNIN: National = digits(
    Entity::ThTnin,
    asia::is_th_tnin,
    &[Fact::ThMod11],
    &[
        Form::of(&[13], 0.35),
        Form::of(&[1, 4, 5, 2, 1], 0.7).joined(&[DASH, DASH, DASH, DASH]),
        Form::of(&[1, 4, 5, 2, 1], 0.45),
    ],
);

/// 1 of 10 passes that begin with its letters.
pub(crate) const TW_ARC: National = digits(
    Entity::TwArc,
    crate::national::greater_china::is_tw_arc,
    &[Fact::TwMod10],
    &[Form::of(&[10], 0.5)],
)
.with_letters();

/// 1 of 10 passes that have a letter, 1 or 2, and eight digits.
pub(crate) const TW_NATIONAL_ID: National = digits(
    Entity::TwNationalId,
    crate::detect::taiwan::is_national_id,
    &[Fact::TwMod10, Fact::SexDigit],
    &[
        Form::of(&[10], 0.7),
        Form::of(&[4, 3, 3], 0.7),
        Form::of(&[9], 0.7).between(&[1], &[]),
        Form::of(&[3, 3, 3], 0.7).between(&[1], &[]),
    ],
)
.with_letters();

/// 1 of 14 passes.
pub(crate) const UK_NHS: National = digits(
    Entity::UkNhs,
    britain::is_uk_nhs,
    &[Fact::NhsMod11],
    &[Form::of(&[10], 0.35), Form::of(&[3, 3, 4], 0.4)],
);

/// It has no check digit; nothing else is written in two letters, three pairs and a letter.
pub(crate) const UK_NINO: National = digits(
    Entity::UkNino,
    britain::is_uk_nino,
    &[Fact::Prefix],
    &[
        Form::of(&[9], 0.45),
        Form::of(&[2, 2, 2], 0.7).between(&[2], &[1]),
        Form::of(&[6], 0.45).between(&[2], &[1]),
        Form::of(&[8], 0.45).between(&[], &[1]),
        Form::of(&[7], 0.45).between(&[2], &[]),
    ],
)
.with_letters();

/// 1 of 27 passes.
pub(crate) const US_BANK_ROUTING: National = digits(
    Entity::UsBankRouting,
    americas::is_us_bank_routing,
    &[Fact::AbaMod10, Fact::Prefix],
    &[Form::of(&[9], 0.35)],
);

/// It has no check digit; 9 in front and the dashes are those of the social security number.
pub(crate) const US_ITIN: National = digits(
    Entity::UsItin,
    americas::is_us_itin,
    &[Fact::Ranges],
    &[Form::of(&[9], 0.3), Form::of(&[3, 2, 4], 0.6).joined(&[DASH, DASH]), Form::of(&[3, 2, 4], 0.35)],
);
