//! Binned pixels of one image, with the spectra that were prepared from them.

use crate::lanes::Lanes;
use crate::prepare::{Area, Prepared, Recipe};
use std::rc::Rc;

/// Reason why two frames cannot be registered.
#[derive(Clone, Copy, PartialEq, Debug)]
pub enum Failure {
    NoOverlap = 1,
    Constant = 2,
    NotFinite = 3,
}

/// Number of preparations that are kept for one frame.
const KEPT: usize = 2;

/// Binned pixels of one image, with the spectra that were prepared from them.
pub struct Frame {
    pub rows: usize,
    pub columns: usize,
    pub pixels: Vec<f32>,
    prepared: Vec<Rc<Prepared>>,
}

impl Frame {
    pub fn new(rows: usize, columns: usize) -> Self {
        Frame { rows, columns, pixels: vec![0.0; rows * columns], prepared: Vec::new() }
    }

    /// Failure that makes the pixels useless; none when they are good.
    pub fn check(&self) -> Option<Failure> {
        let first = self.pixels[0];
        let (zero, level) = (Lanes::splat(0.0), Lanes::splat(first));
        // a number times zero is zero unless it is NaN or infinite
        let (mut finite, mut spread) = (zero, zero);
        let blocks = self.pixels.chunks_exact(4);
        let rest = blocks.remainder();
        for block in blocks {
            let value = unsafe { Lanes::load(block.as_ptr()) };
            finite = finite.plus(value.times(zero));
            let away = value.minus(level);
            spread = spread.larger(away.times(away));
        }
        if finite.to_array().iter().chain(rest).any(|value| (value * 0.0).is_nan()) {
            return Some(Failure::NotFinite);
        }
        let flat = spread.to_array().iter().all(|value| *value == 0.0) && rest.iter().all(|value| *value == first);
        flat.then_some(Failure::Constant)
    }

    /// A preparation made earlier.
    pub fn known(&self, area: Area, recipe: Recipe) -> Option<Rc<Prepared>> {
        self.prepared.iter().find(|known| known.area == area && known.recipe == recipe).cloned()
    }

    /// Keeps a preparation and drops the oldest.
    pub fn keep(&mut self, prepared: Rc<Prepared>) {
        if self.prepared.len() >= KEPT {
            self.prepared.remove(0);
        }
        self.prepared.push(prepared);
    }
}
