/* libpcap's declarations. Declarations only: no logic belongs here. */
#ifndef FLOWPROBE_CPCAP_H
#define FLOWPROBE_CPCAP_H

#include <pcap/pcap.h>

#endif
