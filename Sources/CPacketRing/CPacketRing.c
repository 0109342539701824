#include "CPacketRing.h"
