//! The files of one program, compared with each other: all at once, since a class has many.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::judge::likeness::grams::{Gram, RUN, covered, grams, winnowed};
use crate::judge::likeness::tokens::Token;

/// So many may have anything in common by chance, however few there are.
const A_FEW: usize = 4;

/// The files of a program, the reference solution's among them.
pub struct Program {
    files: Vec<File>,
    /// How many files of the class have a run, by its number.
    holders: Vec<usize>,
    /// What more files have is everybody's.
    few: usize,
    solution: Option<File>,
}

struct File {
    /// Its runs, each with the number that it has among those of this program. None for those that were handed out.
    runs: Vec<Option<(Gram, usize)>>,
    /// These numbers.
    numbers: HashSet<usize>,
    /// Which of its tokens were not handed out.
    own: Vec<bool>,
    /// Which of these are not everybody's either.
    rest: Vec<bool>,
}

/// Two files that are alike.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Pair {
    /// How much of the one is in the other.
    pub of_one: f64,
    /// How much of the other is in the one.
    pub of_other: f64,
}

/// From where on two files are alike.
#[derive(Clone, Copy, Debug)]
pub struct Bounds {
    /// The least share of either one.
    pub share: f64,
    /// How many tokens of each there must be to compare.
    pub tokens: usize,
}

impl Default for Bounds {
    /// As measured.
    fn default() -> Bounds {
        Bounds { share: 0.65, tokens: 60 }
    }
}

impl Program {
    /// Reads the files of a class, and the reference solution. `handed_out`: the runs that do not count.
    pub fn of(
        class: &[Vec<Token>],
        solution: Option<&[Token]>,
        handed_out: &HashSet<Gram>,
    ) -> Program {
        let mut numbers = HashMap::new();
        let mut files: Vec<File> =
            class.iter().map(|tokens| File::of(tokens, handed_out, &mut numbers)).collect();
        let solution = solution.map(|tokens| File::of(tokens, handed_out, &mut numbers));
        let mut holders = vec![0; numbers.len()];
        for file in &files {
            for number in &file.numbers {
                holders[*number] += 1;
            }
        }
        let begun = files.iter().filter(|file| file.own.contains(&true)).count();
        let few = A_FEW.max(begun / 3);
        for file in &mut files {
            let everybodys = file.covered_by(|number| holders[number] > few);
            file.rest = file
                .own
                .iter()
                .zip(everybodys)
                .map(|(own, everybodys)| *own && !everybodys)
                .collect();
        }
        Program { files, holders, few, solution }
    }

    /// How much of a file is everybody's, and how many files of the class have each run of that, at least.
    pub fn everybodys(&self, file: usize, bounds: Bounds) -> Option<(usize, f64)> {
        let file = &self.files[file];
        let is_everybodys = |number: &usize| self.holders[*number] > self.few;
        let share = file.share(&file.own, |number| is_everybodys(&number));
        let holders = file
            .numbers
            .iter()
            .filter(|number| is_everybodys(number))
            .map(|number| self.holders[*number]);
        let is_said = count(&file.own) >= bounds.tokens && share >= bounds.share;
        holders.min().filter(|_| is_said).map(|holders| (holders, share))
    }

    /// How much of a file is in the reference solution, if the two are alike.
    pub fn in_solution(&self, file: usize, bounds: Bounds) -> Option<f64> {
        let (file, solution) = (&self.files[file], self.solution.as_ref()?);
        if count(&file.own).min(count(&solution.own)) < bounds.tokens {
            return None;
        }
        let (share, other) = (file.share_in(solution), solution.share_in(file));
        (share.max(other) >= bounds.share).then_some(share)
    }

    /// Which files are alike: the one with the lower number first.
    pub fn pairs(&self, bounds: Bounds) -> BTreeMap<(usize, usize), Pair> {
        // The few runs that stand for a file lead to the others that may be like it.
        let mut kept: Vec<Vec<usize>> = Vec::new();
        let mut having: Vec<Vec<usize>> = vec![Vec::new(); self.holders.len()];
        for (place, file) in self.files.iter().enumerate() {
            let is_compared = count(&file.rest) >= bounds.tokens;
            let numbers = if is_compared { self.kept(file) } else { Vec::new() };
            for number in &numbers {
                having[*number].push(place);
            }
            kept.push(numbers);
        }
        // Only those are compared in full. `is_in`: which runs the one file has, by their numbers.
        let mut shares: BTreeMap<(usize, usize), f64> = BTreeMap::new();
        let mut is_in = vec![false; self.holders.len()];
        for (one, file) in self.files.iter().enumerate() {
            let mut is_like = vec![false; self.files.len()];
            for other in kept[one].iter().flat_map(|number| &having[*number]) {
                is_like[*other] = *other != one;
            }
            file.runs.iter().flatten().for_each(|(_, number)| is_in[*number] = true);
            for other in (0..self.files.len()).filter(|other| is_like[*other]) {
                let other_file = &self.files[other];
                shares.insert(
                    (other, one),
                    other_file.share(&other_file.rest, |number| is_in[number]),
                );
            }
            file.runs.iter().flatten().for_each(|(_, number)| is_in[*number] = false);
        }
        let mut pairs = BTreeMap::new();
        for ((one, other), share) in &shares {
            let back = shares.get(&(*other, *one)).copied().unwrap_or_default();
            if one < other && share.max(back) >= bounds.share {
                let (first, second) = (&self.files[*one], &self.files[*other]);
                let pair =
                    Pair { of_one: first.share_in(second), of_other: second.share_in(first) };
                pairs.insert((*one, *other), pair);
            }
        }
        pairs
    }

    /// Of the runs of a file that are not everybody's, those that stand for the others.
    fn kept(&self, file: &File) -> Vec<usize> {
        let rest =
            file.runs.iter().flatten().filter(|(_, number)| self.holders[*number] <= self.few);
        let (grams, numbers): (Vec<Gram>, Vec<usize>) = rest.copied().unzip();
        let mut kept: Vec<usize> =
            winnowed(&grams).into_iter().map(|place| numbers[place]).collect();
        kept.sort_unstable();
        kept.dedup();
        kept
    }
}

impl File {
    fn of(
        tokens: &[Token],
        handed_out: &HashSet<Gram>,
        numbers: &mut HashMap<Gram, usize>,
    ) -> File {
        let number = |gram: Gram| {
            let next = numbers.len();
            (!handed_out.contains(&gram)).then(|| (gram, *numbers.entry(gram).or_insert(next)))
        };
        let runs: Vec<Option<(Gram, usize)>> = grams(tokens).into_iter().map(number).collect();
        let common = covered(tokens.len(), runs.iter().map(Option::is_none));
        let own: Vec<bool> = common.into_iter().map(|common| !common).collect();
        let numbers = runs.iter().flatten().map(|(_, number)| *number).collect();
        File { runs, numbers, rest: own.clone(), own }
    }

    /// Which of its tokens are in runs of which this is true.
    fn covered_by(&self, is_so: impl Fn(usize) -> bool) -> Vec<bool> {
        covered(
            self.own.len(),
            self.runs.iter().map(|run| run.is_some_and(|(_, number)| is_so(number))),
        )
    }

    /// How much of it is in another file, without what was handed out.
    fn share_in(&self, other: &File) -> f64 {
        self.share(&self.own, |number| other.numbers.contains(&number))
    }

    /// How many of these tokens are in runs of which that is true, from 0 to 1. (It is asked for many pairs of files, so
    /// it makes no list of tokens.)
    fn share(&self, tokens: &[bool], is_so: impl Fn(usize) -> bool) -> f64 {
        let (mut found, mut end) = (0, 0);
        for (start, run) in self.runs.iter().enumerate() {
            if let Some((_, number)) = run
                && is_so(*number)
            {
                found += count(&tokens[end.max(start)..start + RUN]);
                end = start + RUN;
            }
        }
        if found == 0 { 0.0 } else { found as f64 / count(tokens) as f64 }
    }
}

fn count(tokens: &[bool]) -> usize {
    tokens.iter().filter(|token| **token).count()
}
