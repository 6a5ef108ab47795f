#pragma once
#include "automation.hpp"
/// A server for values of every type and for failures of every kind.
Object *makeValues();
