//! Plans, filters and working memory that one registration passes to the next.

use crate::plane::Plane;
use crate::prepare::{unset, Band, Bench};
use std::rc::Rc;

const PLANES: usize = 12;
const FILTERS: usize = 4;

/// Plans, filters and working memory that one registration passes to the next.
#[derive(Default)]
pub struct Engine {
    planes: Vec<Rc<Plane>>,
    filters: Vec<(usize, usize, Band, Rc<Vec<f32>>)>,
    memory: Vec<Vec<f32>>,
}

impl Engine {
    pub fn plane(&mut self, rows: usize, columns: usize) -> Rc<Plane> {
        if let Some(index) = self.planes.iter().position(|plane| plane.rows == rows && plane.columns == columns) {
            let plane = self.planes.remove(index);
            self.planes.push(plane.clone());
            return plane;
        }
        if self.planes.len() >= PLANES {
            self.planes.remove(0);
        }
        let plane = Rc::new(Plane::new(rows, columns));
        self.planes.push(plane.clone());
        plane
    }

    pub fn filter(&mut self, rows: usize, columns: usize, band: Band) -> Rc<Vec<f32>> {
        if let Some(found) = self.filters.iter().find(|(r, c, b, _)| *r == rows && *c == columns && *b == band) {
            return found.3.clone();
        }
        if self.filters.len() >= FILTERS {
            self.filters.remove(0);
        }
        let table = Rc::new(band.root_table(rows, columns));
        self.filters.push((rows, columns, band, table.clone()));
        table
    }

    /// Working memory for one thread on planes as large as `plane`.
    pub fn bench(&mut self, plane: &Plane) -> Bench {
        let real = self.memory(plane.rows * plane.columns);
        let complex = self.memory(2 * plane.rows * plane.width());
        Bench { work: plane.work(), real, complex }
    }

    /// Takes working memory back for the next registration.
    pub fn return_bench(&mut self, bench: Bench) {
        self.memory.push(bench.real);
        self.memory.push(bench.complex);
        // one registration uses no more than four planes
        while self.memory.len() > 4 {
            self.memory.remove(0);
        }
    }

    fn memory(&mut self, length: usize) -> Vec<f32> {
        let fitting = self.memory.iter().position(|memory| memory.len() >= length && memory.len() <= 4 * length);
        match fitting {
            Some(index) => self.memory.swap_remove(index),
            None => unset(length),
        }
    }
}
