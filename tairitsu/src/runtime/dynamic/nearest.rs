//! The name that a wrong name was meant to be.

/// The name that is the most similar, if most of it is the same.
pub(super) fn nearest<'n>(name: &str, names: impl Iterator<Item = &'n str>) -> Option<&'n str> {
    // A type may have very many names.
    const MOST: usize = 1_000;
    let (least, near) = names.take(MOST).map(|near| (distance(name, near), near)).min_by_key(|(least, _)| *least)?;
    (least <= name.chars().count().max(3) / 2).then_some(near)
}

/// How many characters have to be changed, left out or put in.
pub(super) fn distance(a: &str, b: &str) -> usize {
    // The work grows with the product of the lengths, and an image chooses its names.
    const LONGEST: usize = 100;
    let (a, b): (Vec<char>, Vec<char>) = (a.chars().take(LONGEST).collect(), b.chars().take(LONGEST).collect());
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = corner + usize::from(x != y);
            corner = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(corner + 1);
        }
    }
    row[b.len()]
}
