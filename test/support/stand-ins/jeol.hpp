#pragma once
#include "automation.hpp"
/// A column as JEOL's external control shows it.
Object *makeJeolTem();
