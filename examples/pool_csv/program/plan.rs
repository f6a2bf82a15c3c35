//! Which columns of a file are read, and as what.

use meta_analysis::Measure as _;

use super::column::{self, Arm, Column, Estimates, Quantity, Scale};
use super::measure::Named;
use super::options::{Model, Options};
use super::sheet::Sheet;
use super::{Failure, listed, plain};

/// What the rows tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Events,
    PersonTime,
    Means,
    Estimates,
}

/// The columns in which they tell it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    Totals,
    NonEvents,
    PersonTime,
    Means,
    Variances,
    StdErrors,
    Intervals,
}

/// What is read from where.
#[derive(Debug)]
pub(crate) struct Plan {
    pub(crate) shape: Shape,
    pub(crate) measure: Named,
    pub(crate) scale: Scale,
    pub(crate) label: Option<usize>,
    pub(crate) columns: Vec<(Column, usize)>,
}

impl Kind {
    pub(crate) const ALL: [Self; 4] = [Self::Events, Self::PersonTime, Self::Means, Self::Estimates];

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Events => "events",
            Self::PersonTime => "person-time",
            Self::Means => "means",
            Self::Estimates => "estimates",
        }
    }
}

impl Shape {
    /// Raw data before what others computed of them, and what is most exact first.
    const ALL: [Self; 7] = [
        Self::Totals,
        Self::NonEvents,
        Self::PersonTime,
        Self::Means,
        Self::Variances,
        Self::StdErrors,
        Self::Intervals,
    ];

    pub(crate) const fn kind(self) -> Kind {
        match self {
            Self::Totals | Self::NonEvents => Kind::Events,
            Self::PersonTime => Kind::PersonTime,
            Self::Means => Kind::Means,
            Self::Variances | Self::StdErrors | Self::Intervals => Kind::Estimates,
        }
    }

    const fn columns(self) -> &'static [Column] {
        use Quantity::{Events, Mean, NonEvents, Sd, Time, Total};
        const fn treated(quantity: Quantity) -> Column {
            Column::Of(Arm::Treated, quantity)
        }
        const fn control(quantity: Quantity) -> Column {
            Column::Of(Arm::Control, quantity)
        }
        match self {
            Self::Totals => const { &[treated(Events), treated(Total), control(Events), control(Total)] },
            Self::NonEvents => const { &[treated(Events), treated(NonEvents), control(Events), control(NonEvents)] },
            Self::PersonTime => const { &[treated(Events), treated(Time), control(Events), control(Time)] },
            Self::Means => {
                const { &[treated(Total), treated(Mean), treated(Sd), control(Total), control(Mean), control(Sd)] }
            }
            Self::Variances => &[Column::Estimate, Column::Variance],
            Self::StdErrors => &[Column::Estimate, Column::StdError],
            Self::Intervals => &[Column::Estimate, Column::Lower, Column::Upper],
        }
    }
}

impl Plan {
    pub(crate) fn new(sheet: &Sheet, options: &Options) -> Result<Self, Failure> {
        let finder = Finder::new(sheet, options)?;
        let estimates = match finder.find(Column::Estimate).as_slice() {
            [only] => column::estimates(&finder.names[*only]).unwrap_or_default(),
            _ => Estimates::default(),
        };
        let transformed = options.measure.or(estimates.measure).is_none_or(Named::is_transformed);
        let natural = transformed && options.scale.or(estimates.scale) == Some(Scale::Natural);
        let shape = finder.shape(options, natural)?;
        let columns = shape.columns().iter().map(|&column| Ok((column, finder.one(column)?)));
        let columns = columns.collect::<Result<_, Failure>>()?;
        let label = if finder.find(Column::Label).is_empty() { None } else { Some(finder.one(Column::Label)?) };
        let measure = measure_of(shape.kind(), options, estimates)?;
        let scale = scale_of(shape.kind(), measure, options, estimates)?;
        check(shape, options)?;
        Ok(Self { shape, measure, scale, label, columns })
    }

    /// What was read from where, for people to check.
    pub(crate) fn note(&self, sheet: &Sheet, studies: usize) -> String {
        let name = |index: usize| format!("{:?}", sheet.header.get(index).map_or("", String::as_str));
        let mut read: Vec<String> = self.label.map(|index| format!("label from {}", name(index))).into_iter().collect();
        read.extend(self.columns.iter().map(|&(column, index)| format!("{column} from {}", name(index))));
        let used = |index: &usize| self.label == Some(*index) || self.columns.iter().any(|(_, i)| i == index);
        let unused: Vec<String> = (0..sheet.header.len()).filter(|index| !used(index)).map(name).collect();
        let mut note = format!("{studies} {} read: {}", if studies == 1 { "study" } else { "studies" }, listed(read));
        if self.shape.kind() == Kind::Estimates && self.measure.is_transformed() {
            let link = self.measure.any().link().name();
            note.push_str(&match self.scale {
                Scale::Natural => format!("; estimates on the natural scale (not transformed by {link})"),
                Scale::Analysis => format!("; estimates on the analysis scale ({link})"),
            });
        }
        if !unused.is_empty() {
            note.push_str(&format!("; not used: {}", listed(unused)));
        }
        note
    }
}

/// Looks for columns by the names of the header and by the flags.
struct Finder<'a> {
    sheet: &'a Sheet,
    names: Vec<String>,
    chosen: Vec<(Column, usize)>,
    measure: Option<Named>,
}

impl<'a> Finder<'a> {
    fn new(sheet: &'a Sheet, options: &Options) -> Result<Self, Failure> {
        let names: Vec<String> = sheet.header.iter().map(|name| plain(name)).collect();
        let index = |name: &str| {
            let exact = positions(&sheet.header, |header| header == name);
            let found = if exact.is_empty() { positions(&names, |header| *header == plain(name)) } else { exact };
            match found.as_slice() {
                [index] => Ok(*index),
                [] => Err(Failure::new(format!("there is no column {name:?}; the columns are {}", sheet.names()))),
                _ => Err(Failure::new(format!("there are {} columns named {name:?}", found.len()))),
            }
        };
        let chosen = options.columns.iter().map(|(column, name)| Ok((*column, index(name)?)));
        let chosen = chosen.collect::<Result<Vec<_>, Failure>>()?;
        for (i, (column, index)) in chosen.iter().enumerate() {
            if let Some((other, _)) = chosen[..i].iter().find(|(_, before)| before == index) {
                let name = &sheet.header[*index];
                return Err(Failure::new(format!("--column: {name:?} cannot be both {other} and {column}")));
            }
        }
        Ok(Self { sheet, names, chosen, measure: options.measure })
    }

    /// The indices of the columns that could be this one.
    fn find(&self, column: Column) -> Vec<usize> {
        if let Some((_, index)) = self.chosen.iter().find(|(chosen, _)| *chosen == column) {
            return vec![*index];
        }
        let rank = |name: &String| column.recognises(name).filter(|_| self.fits(column, name));
        let ranks: Vec<Option<usize>> = self.names.iter().map(rank).collect();
        let free = |index: &usize| self.chosen.iter().all(|(_, chosen)| chosen != index);
        let candidates: Vec<usize> = (0..ranks.len()).filter(|i| ranks[*i].is_some()).filter(free).collect();
        let best = candidates.iter().filter_map(|&i| ranks[i]).min();
        candidates.into_iter().filter(|&i| ranks[i] == best).collect()
    }

    /// An odds ratio is no estimate where a risk ratio is asked for.
    fn fits(&self, column: Column, name: &str) -> bool {
        let said = column::estimates(name).and_then(|estimates| estimates.measure);
        let asked = self.measure.filter(|_| column == Column::Estimate);
        said.is_none() || asked.is_none() || said == asked
    }

    fn one(&self, column: Column) -> Result<usize, Failure> {
        match self.find(column).as_slice() {
            [index] => Ok(*index),
            found => {
                let names = listed(found.iter().map(|&index| format!("{:?}", self.sheet.header[index])));
                Err(Failure::new(format!(
                    "{} columns could be the {column}: {names}; choose one by --column {column}=NAME",
                    found.len()
                )))
            }
        }
    }

    /// The first shape whose columns are all there.
    fn shape(&self, options: &Options, natural: bool) -> Result<Shape, Failure> {
        let by_model = |kind| match options.model {
            Model::Peto => kind == Kind::Events,
            model if model.is_of_counts() => matches!(kind, Kind::Events | Kind::PersonTime),
            _ => true,
        };
        let by_measure = |kind| options.measure.is_none_or(|measure| measure.kinds().contains(&kind));
        let by_flag = |shape: Shape| {
            let mut chosen = self.chosen.iter().filter(|(column, _)| *column != Column::Label);
            chosen.all(|(column, _)| shape.columns().contains(column))
        };
        let mut shapes: Vec<Shape> = Shape::ALL.to_vec();
        if natural {
            // The interval is on the scale of the estimate without a doubt.
            shapes.rotate_right(1);
            shapes.sort_by_key(|shape| shape.kind() == Kind::Estimates);
        }
        shapes.retain(|&shape| by_model(shape.kind()) && by_measure(shape.kind()) && by_flag(shape));
        shapes.retain(|shape| options.kind.is_none_or(|kind| kind == shape.kind()));
        let missing = |shape: &Shape| shape.columns().iter().filter(|column| self.find(**column).is_empty()).count();
        // The first of those that lack least.
        let Some(shape) = shapes.iter().copied().min_by_key(missing) else {
            return Err(Failure::new("--measure, --model, --data and --column ask for different kinds of data"));
        };
        if missing(&shape) == 0 {
            return Ok(shape);
        }
        let lacking = shape.columns().iter().filter(|column| self.find(**column).is_empty());
        let lacking: Vec<String> = lacking.map(Column::to_string).collect();
        let first = lacking.first().map_or("", String::as_str);
        Err(Failure::new(format!(
            "expected columns for {}, but found none for {}; the columns are {} (name one by --column {first}=NAME)",
            listed(shape.columns().iter().map(Column::to_string)),
            listed(&lacking),
            self.sheet.names(),
        )))
    }
}

fn positions<T>(items: &[T], holds: impl Fn(&T) -> bool) -> Vec<usize> {
    items.iter().enumerate().filter(|(_, item)| holds(item)).map(|(index, _)| index).collect()
}

fn measure_of(kind: Kind, options: &Options, estimates: Estimates) -> Result<Named, Failure> {
    if options.model == Model::Peto {
        return Ok(Named::Peto);
    }
    let by_kind = match kind {
        Kind::Events => Some(Named::RiskRatio),
        Kind::PersonTime => Some(Named::RateRatio),
        Kind::Means => Some(Named::MeanDifference),
        Kind::Estimates => estimates.measure,
    };
    options.measure.or(by_kind).ok_or_else(|| {
        Failure::new("what the estimates measure is not in the name of their column: say so by --measure")
    })
}

fn scale_of(kind: Kind, measure: Named, options: &Options, estimates: Estimates) -> Result<Scale, Failure> {
    if kind != Kind::Estimates || !measure.is_transformed() {
        return Ok(options.scale.unwrap_or(Scale::Natural));
    }
    let link = measure.any().link().name();
    options.scale.or(estimates.scale).ok_or_else(|| {
        Failure::new(format!(
            "the scale of the estimates is not in the name of their column: say by --scale natural that they are read \
             as they are, or by --scale analysis that they are transformed ({link})"
        ))
    })
}

/// No flag is ignored in silence.
fn check(shape: Shape, options: &Options) -> Result<(), Failure> {
    let kind = shape.kind();
    let refuse =
        |flag: &str, needs: &str| Err(Failure::new(format!("{flag} needs {needs}, but the data are {}", kind.name())));
    if options.scale.is_some() && kind != Kind::Estimates {
        return refuse("--scale", "estimates");
    }
    if options.interval_level.is_some() && shape != Shape::Intervals {
        return Err(Failure::new("--interval-level needs estimates with intervals, but none are read"));
    }
    if options.zero_cells.is_some() && !matches!(kind, Kind::Events | Kind::PersonTime) {
        return refuse("--zero-cells", "events or person-time");
    }
    Ok(())
}
