"""What a server says unasked: one frozen type per event, one module a family; `read.read_notice` tells them apart."""
