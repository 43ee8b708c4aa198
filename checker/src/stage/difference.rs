//! What was expected, and what came instead, byte by byte.

/// Two sequences of bytes that differ.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference {
    /// What was expected.
    pub expected: Vec<u8>,
    /// What came.
    pub came: Vec<u8>,
    /// Whether they are text, rather than bytes that have a meaning of their own.
    pub is_text: bool,
}

impl Difference {
    /// Of texts.
    pub fn of_texts(expected: &str, came: &[u8]) -> Difference {
        Difference { expected: expected.into(), came: came.to_vec(), is_text: true }
    }

    /// Of frames.
    pub fn of_bytes(expected: &[u8], came: &[u8]) -> Difference {
        Difference { expected: expected.to_vec(), came: came.to_vec(), is_text: false }
    }

    /// Where the first byte is that differs: the length of what both begin with.
    pub fn place(&self) -> usize {
        let pairs = self.expected.iter().zip(&self.came);
        pairs.take_while(|(expected, came)| expected == came).count()
    }
}
