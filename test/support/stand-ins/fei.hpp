#pragma once
#include "automation.hpp"
/// A column as FEI's standard scripting shows it, with its cameras.
Object *makeFeiInstrument();
/// The cameras as FEI's advanced scripting shows them.
Object *makeFeiAdvancedInstrument();
/// The cameras of the standard scripting.
IDispatch *makeFeiAcquisition();
