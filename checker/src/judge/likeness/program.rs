//! The files of one program, compared with each other: all at once, since a class has many. A run of tokens is a number
//! here, so that what a file has is a list with a place for each.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::judge::likeness::grams::{Gram, RUN, covered, grams, winnowed};
use crate::judge::likeness::tokens::Token;

/// So many may have anything in common by chance, however few there are.
const A_FEW: usize = 4;

/// The files of a program, and its reference solution.
pub struct Program {
    files: Vec<File>,
    solution: Option<File>,
    /// How many files of the class have a run, by its number.
    holders: Vec<usize>,
    /// What more files have is everybody's.
    few: usize,
}

struct File {
    /// Its runs that were not handed out, in order.
    runs: Vec<Run>,
    /// Of the tokens before each place, how many were not handed out.
    own: Vec<usize>,
    /// How many of these are not everybody's either.
    rest: Vec<usize>,
}

#[derive(Clone, Copy)]
struct Run {
    start: usize,
    gram: Gram,
    number: usize,
}

/// How much of a file is in another one, from 0 to 1.
#[derive(Clone, Copy, Debug, Default)]
struct Share {
    of_own: f64,
    of_rest: f64,
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
        let mut last_holder = vec![None; numbers.len()];
        for (place, file) in files.iter().enumerate() {
            for run in &file.runs {
                let is_new = last_holder[run.number].replace(place) != Some(place);
                holders[run.number] += usize::from(is_new);
            }
        }
        let begun = files.iter().filter(|file| total(&file.own) > 0).count();
        let few = A_FEW.max(begun / 3);
        let is_everybodys: Vec<bool> = holders.iter().map(|holders| *holders > few).collect();
        for file in &mut files {
            let everybodys = file.covered_by(&is_everybodys);
            let own = file.own.windows(2).map(|counts| counts[0] < counts[1]);
            file.rest = counted(own.zip(everybodys).map(|(own, everybodys)| own && !everybodys));
        }
        Program { files, solution, holders, few }
    }

    /// How much of a file is everybody's, if that makes it alike with theirs, and how many files of the class have each
    /// run of that, at least.
    pub fn everybodys(&self, file: usize, bounds: Bounds) -> Option<(usize, f64)> {
        let file = &self.files[file];
        let own = total(&file.own);
        let share = ratio(own - total(&file.rest), own);
        let holders = file
            .runs
            .iter()
            .map(|run| self.holders[run.number])
            .filter(|holders| *holders > self.few);
        holders
            .min()
            .filter(|_| own >= bounds.tokens && share >= bounds.share)
            .map(|holders| (holders, share))
    }

    /// How much of each file is in the reference solution, if the two are alike.
    pub fn in_solution(&self, bounds: Bounds) -> Vec<Option<f64>> {
        let Some(solution) = &self.solution else {
            return vec![None; self.files.len()];
        };
        let (mut in_solution, mut in_file) = (self.no_runs(), self.no_runs());
        solution.mark(&mut in_solution, true);
        let mut shares = Vec::new();
        for file in &self.files {
            let share = file.share(&in_solution).of_own;
            file.mark(&mut in_file, true);
            let other = solution.share(&in_file).of_own;
            file.mark(&mut in_file, false);
            let is_compared = total(&file.own).min(total(&solution.own)) >= bounds.tokens;
            shares.push((is_compared && share.max(other) >= bounds.share).then_some(share));
        }
        shares
    }

    /// Which files are alike: the one with the lower number first.
    pub fn pairs(&self, bounds: Bounds) -> BTreeMap<(usize, usize), Pair> {
        let is_compared = |file: &File| total(&file.rest) >= bounds.tokens;
        let kept = |file: &File| if is_compared(file) { self.kept(file) } else { Vec::new() };
        let kept: Vec<Vec<usize>> = self.files.iter().map(kept).collect();
        // The few runs that stand for a file lead to the others that may be like it.
        let mut having: Vec<Vec<usize>> = vec![Vec::new(); self.holders.len()];
        for (place, numbers) in kept.iter().enumerate() {
            numbers.iter().for_each(|number| having[*number].push(place));
        }
        // Only those are compared in full.
        let mut shares: Vec<BTreeMap<usize, Share>> = Vec::new();
        let mut is_in = self.no_runs();
        for (one, file) in self.files.iter().enumerate() {
            let mut may_be_alike = vec![false; self.files.len()];
            for number in &kept[one] {
                having[*number].iter().for_each(|other| may_be_alike[*other] = true);
            }
            file.mark(&mut is_in, true);
            let others =
                (0..self.files.len()).filter(|other| may_be_alike[*other] && *other != one);
            shares.push(others.map(|other| (other, self.files[other].share(&is_in))).collect());
            file.mark(&mut is_in, false);
        }
        let mut pairs = BTreeMap::new();
        for (one, of_others) in shares.iter().enumerate() {
            for (other, of_other) in of_others.range(one..) {
                let of_one = shares[*other].get(&one).copied().unwrap_or_default();
                if of_one.of_rest.max(of_other.of_rest) >= bounds.share {
                    pairs.insert(
                        (one, *other),
                        Pair { of_one: of_one.of_own, of_other: of_other.of_own },
                    );
                }
            }
        }
        pairs
    }

    /// The runs of a file that are not everybody's: those of them that stand for the others, by their numbers.
    fn kept(&self, file: &File) -> Vec<usize> {
        let rest: Vec<Run> =
            file.runs.iter().copied().filter(|run| self.holders[run.number] <= self.few).collect();
        let grams: Vec<Gram> = rest.iter().map(|run| run.gram).collect();
        winnowed(&grams).into_iter().map(|place| rest[place].number).collect()
    }

    /// A place for each run, to mark those that a file has.
    fn no_runs(&self) -> Vec<bool> {
        vec![false; self.holders.len()]
    }
}

impl File {
    fn of(
        tokens: &[Token],
        handed_out: &HashSet<Gram>,
        numbers: &mut HashMap<Gram, usize>,
    ) -> File {
        let grams = grams(tokens);
        let is_handed_out: Vec<bool> = grams.iter().map(|gram| handed_out.contains(gram)).collect();
        let mut runs = Vec::new();
        for (start, gram) in
            grams.into_iter().enumerate().filter(|(start, _)| !is_handed_out[*start])
        {
            let next = numbers.len();
            runs.push(Run { start, gram, number: *numbers.entry(gram).or_insert(next) });
        }
        let common = covered(tokens.len(), is_handed_out.into_iter());
        let own = counted(common.into_iter().map(|common| !common));
        File { runs, rest: own.clone(), own }
    }

    /// Marks its runs, by their numbers.
    fn mark(&self, runs: &mut [bool], is_in: bool) {
        self.runs.iter().for_each(|run| runs[run.number] = is_in);
    }

    /// Which of its tokens are in these runs.
    fn covered_by(&self, runs: &[bool]) -> Vec<bool> {
        let mut counts = vec![false; self.own.len().saturating_sub(RUN)];
        self.runs.iter().for_each(|run| counts[run.start] = runs[run.number]);
        covered(self.own.len() - 1, counts.into_iter())
    }

    /// How much of it is in these runs. (It is asked for very many pairs of files, so it makes no list of tokens.)
    fn share(&self, runs: &[bool]) -> Share {
        let (mut own, mut rest, mut end) = (0, 0, 0);
        for run in &self.runs {
            if runs[run.number] {
                let start = end.max(run.start);
                end = run.start + RUN;
                own += self.own[end] - self.own[start];
                rest += self.rest[end] - self.rest[start];
            }
        }
        Share { of_own: ratio(own, total(&self.own)), of_rest: ratio(rest, total(&self.rest)) }
    }
}

/// Before each place, and before the end, how many of these are true.
fn counted(tokens: impl Iterator<Item = bool>) -> Vec<usize> {
    let mut counts = vec![0];
    let mut count = 0;
    for token in tokens {
        count += usize::from(token);
        counts.push(count);
    }
    counts
}

fn total(counts: &[usize]) -> usize {
    counts.last().copied().unwrap_or_default()
}

fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}
