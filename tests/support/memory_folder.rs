//! A folder in memory, as backups see one. It can be made to fail after so many writes, as a full disk or a lost permission does.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::Rc;

use entrenar::engine::BackupFolder;
use entrenar::storage::{Result, StorageError};

#[derive(Debug, Clone, Default)]
pub struct MemoryFolder {
    pub files: Rc<RefCell<BTreeMap<String, Vec<u8>>>>,
    /// How many more writes go through; all of them if nothing is said.
    pub writes_left: Rc<Cell<Option<usize>>>,
    begun: Option<(String, Vec<u8>)>,
    reading: Option<Vec<u8>>,
}

impl MemoryFolder {
    pub fn names_now(&self) -> Vec<String> {
        self.files.borrow().keys().cloned().collect()
    }

    pub fn bytes(&self) -> usize {
        self.files.borrow().values().map(Vec::len).sum()
    }

    fn count_write(&self) -> Result<()> {
        match self.writes_left.get() {
            Some(0) => Err(StorageError::QuotaExceeded("injected".into())),
            left => {
                self.writes_left.set(left.map(|left| left - 1));
                Ok(())
            }
        }
    }
}

impl BackupFolder for MemoryFolder {
    async fn names(&mut self) -> Result<Vec<String>> {
        Ok(self.names_now())
    }

    async fn open(&mut self, name: &str) -> Result<bool> {
        self.reading = self.files.borrow().get(name).cloned();
        Ok(self.reading.is_some())
    }

    async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        let Some(mut rest) = self.reading.take().filter(|bytes| !bytes.is_empty()) else { return Ok(None) };
        self.reading = Some(rest.split_off(rest.len().min(1_000)));
        Ok(Some(rest))
    }

    async fn create(&mut self, name: &str) -> Result<()> {
        self.count_write()?;
        self.begun = Some((name.to_owned(), Vec::new()));
        Ok(())
    }

    async fn write(&mut self, bytes: &[u8]) -> Result<()> {
        self.count_write()?;
        self.begun.as_mut().unwrap().1.extend_from_slice(bytes);
        Ok(())
    }

    async fn complete(&mut self) -> Result<()> {
        self.count_write()?;
        let (name, bytes) = self.begun.take().unwrap();
        self.files.borrow_mut().insert(name, bytes);
        Ok(())
    }

    async fn remove(&mut self, name: &str) -> Result<()> {
        self.count_write()?;
        self.files.borrow_mut().remove(name);
        Ok(())
    }
}
