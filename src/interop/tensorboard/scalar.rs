//! The number that a tensor holds.

use super::messages::{DataType, Tensor};

impl Tensor {
    /// The number, if the tensor is of a type for numbers and has exactly one of them: of rank 0, or of one element all the same, as some
    /// writers have it.
    pub(super) fn scalar(&self) -> Option<f64> {
        let dimensions = self.shape.as_ref().map(|shape| shape.dimensions.as_slice()).unwrap_or_default();
        if dimensions.iter().any(|dimension| dimension.size != 1) {
            return None;
        }
        if self.content.is_empty() { self.listed() } else { self.packed() }
    }

    /// From the list that its type has. A list may be empty for a zero.
    fn listed(&self) -> Option<f64> {
        Some(match self.data_type() {
            DataType::Float => f64::from(one(&self.floats)?),
            DataType::Double => one(&self.doubles)?,
            DataType::Int32 | DataType::Int16 | DataType::Int8 | DataType::Uint16 | DataType::Uint8 => {
                f64::from(one(&self.ints)?)
            }
            DataType::Int64 => one(&self.longs)? as f64,
            DataType::Bool => f64::from(u8::from(one(&self.bools)?)),
            DataType::Half => half(one(&self.halves)? as u16),
            DataType::BrainFloat16 => brain_float(one(&self.halves)? as u16),
            DataType::Uint32 => f64::from(one(&self.unsigned_ints)?),
            DataType::Uint64 => one(&self.unsigned_longs)? as f64,
            DataType::Invalid | DataType::String => return None,
        })
    }

    /// From its bytes in memory, which are little-endian.
    fn packed(&self) -> Option<f64> {
        let bytes = self.content.as_slice();
        Some(match self.data_type() {
            DataType::Float => f64::from(f32::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Double => f64::from_le_bytes(bytes.try_into().ok()?),
            DataType::Int32 => f64::from(i32::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Uint32 => f64::from(u32::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Int64 => i64::from_le_bytes(bytes.try_into().ok()?) as f64,
            DataType::Uint64 => u64::from_le_bytes(bytes.try_into().ok()?) as f64,
            DataType::Int16 => f64::from(i16::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Uint16 => f64::from(u16::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Half => half(u16::from_le_bytes(bytes.try_into().ok()?)),
            DataType::BrainFloat16 => brain_float(u16::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Int8 => f64::from(i8::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Uint8 | DataType::Bool => f64::from(u8::from_le_bytes(bytes.try_into().ok()?)),
            DataType::Invalid | DataType::String => return None,
        })
    }

    /// The texts, if it holds texts.
    pub(super) fn texts(&self) -> Option<String> {
        let texts: Vec<_> = self.strings.iter().map(|text| String::from_utf8_lossy(text)).collect();
        (self.data_type() == DataType::String).then(|| texts.join("\n"))
    }
}

fn one<T: Copy + Default>(list: &[T]) -> Option<T> {
    match list {
        [] => Some(T::default()),
        [number] => Some(*number),
        _ => None,
    }
}

/// A number of 16 bits as IEEE 754 has it: 5 bits of exponent, 10 of fraction.
fn half(bits: u16) -> f64 {
    let fraction = f64::from(bits & 0x3ff);
    let magnitude = match i32::from(bits >> 10 & 0x1f) {
        0 => fraction * 2_f64.powi(-24),
        31 if fraction == 0.0 => f64::INFINITY,
        31 => f64::NAN,
        exponent => (1.0 + fraction / 1024.0) * 2_f64.powi(exponent - 15),
    };
    if bits >> 15 == 1 { -magnitude } else { magnitude }
}

/// A number of 16 bits: the upper half of one of 32.
fn brain_float(bits: u16) -> f64 {
    f64::from(f32::from_bits(u32::from(bits) << 16))
}

#[cfg(all(test, not(target_arch = "wasm32")))]
mod tests {
    use super::*;

    #[test]
    fn half_numbers_are_what_ieee_754_says() {
        for (bits, number) in [
            (0x3c00, 1.0),
            (0xc000, -2.0),
            (0x7bff, 65504.0),
            (0x0001, 5.960_464_477_539_063e-8),
            (0x3555, 0.333_251_953_125),
            (0x7c00, f64::INFINITY),
            (0xfc00, f64::NEG_INFINITY),
        ] {
            assert_eq!(half(bits), number);
        }
        assert!(half(0x7e00).is_nan());
        assert_eq!(half(0x8000).to_bits(), (-0.0_f64).to_bits());
        assert_eq!(brain_float(0x3fc0), 1.5);
    }

    #[test]
    fn numbers_of_every_type_are_read_listed_and_packed() {
        let of = |data_type: DataType, content: &[u8]| Tensor {
            data_type: data_type as i32,
            content: content.to_vec(),
            ..Tensor::default()
        };
        for (tensor, number) in [
            (Tensor { floats: vec![0.5], ..of(DataType::Float, &[]) }, 0.5),
            (Tensor { doubles: vec![0.1], ..of(DataType::Double, &[]) }, 0.1),
            (Tensor { ints: vec![-7], ..of(DataType::Int32, &[]) }, -7.0),
            (Tensor { longs: vec![1 << 40], ..of(DataType::Int64, &[]) }, 1_099_511_627_776.0),
            (Tensor { bools: vec![true], ..of(DataType::Bool, &[]) }, 1.0),
            (Tensor { halves: vec![0x3c00], ..of(DataType::Half, &[]) }, 1.0),
            (Tensor { halves: vec![0x3fc0], ..of(DataType::BrainFloat16, &[]) }, 1.5),
            (of(DataType::Float, &[]), 0.0),
            (of(DataType::Float, &0.5_f32.to_le_bytes()), 0.5),
            (of(DataType::Double, &0.1_f64.to_le_bytes()), 0.1),
            (of(DataType::Int32, &(-7_i32).to_le_bytes()), -7.0),
            (of(DataType::Int64, &(-7_i64).to_le_bytes()), -7.0),
            (of(DataType::Uint8, &[200]), 200.0),
            (of(DataType::Int8, &[200]), -56.0),
            (of(DataType::Half, &[0, 0x3c]), 1.0),
        ] {
            assert_eq!(tensor.scalar(), Some(number), "{tensor:?}");
        }
    }

    #[test]
    fn tensors_of_more_than_one_number_and_texts_are_no_scalars() {
        let shape = super::super::messages::Shape {
            dimensions: vec![super::super::messages::Dimension { size: 2 }],
            is_unknown: false,
        };
        let float = DataType::Float as i32;
        let of_shape =
            Tensor { data_type: float, shape: Some(shape), floats: vec![1.0], ..Tensor::default() };
        let of_length = Tensor { data_type: float, floats: vec![1.0, 2.0], ..Tensor::default() };
        let of_bytes = Tensor { data_type: float, content: vec![0; 8], ..Tensor::default() };
        let text = Tensor { data_type: DataType::String as i32, ..Tensor::default() };
        for tensor in [of_shape, of_length, of_bytes, text] {
            assert_eq!(tensor.scalar(), None, "{tensor:?}");
        }
    }
}
