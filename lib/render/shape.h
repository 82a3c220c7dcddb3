/* Shapes: the bytes, their writer and their reader. See render.h. */
#ifndef TENON_RENDER_SHAPE_H
#define TENON_RENDER_SHAPE_H

#endif
